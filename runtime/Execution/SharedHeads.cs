namespace KernelGen.CompilerServices;

/// <summary>Which heads of a call may be computed side by side where some write the same memory.</summary>
internal static class SharedHeads
{
    /// <summary>The sizes of a call of heads none of which writes what another writes.</summary>
    /// <param name="shape">The sizes of the call.</param>
    /// <param name="writtenBy">Who shares any of what its kernel writes.</param>
    public static AttentionShape AtOnce(in AttentionShape shape, OperandSharing writtenBy)
    {
        if (writtenBy == OperandSharing.None)
        {
            return shape;
        }

        // Not HasFlag, which allocates until the method is compiled a second time.
        var heads = (writtenBy & OperandSharing.Sequence) == OperandSharing.Sequence ? Math.Min(1, shape.KeyHeads) : shape.KeyHeads;
        return shape with
        {
            Batch = (writtenBy & OperandSharing.Batch) == OperandSharing.Batch ? Math.Min(1, shape.Batch) : shape.Batch,
            Heads = Math.Min(heads, shape.Heads),
            KeyHeads = heads,
        };
    }
}
