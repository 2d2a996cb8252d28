namespace KernelGen.CompilerServices;

/// <summary>Which heads of a call may be computed side by side where some write the same memory.</summary>
internal static class SharedHeads
{
    /// <summary>The sizes of a call of heads none of which writes what another writes.</summary>
    /// <param name="shape">The sizes of the call.</param>
    /// <param name="writtenBy">The widest sharing of what its kernel writes.</param>
    public static AttentionShape AtOnce(in AttentionShape shape, OperandSharing writtenBy) =>
        writtenBy == OperandSharing.None ? shape
        : writtenBy == OperandSharing.Group ? shape with { Heads = shape.KeyHeads }
        : shape with
        {
            Batch = writtenBy == OperandSharing.Everyone ? Math.Min(1, shape.Batch) : shape.Batch,
            Heads = Math.Min(1, shape.Heads),
            KeyHeads = Math.Min(1, shape.KeyHeads),
        };
}
