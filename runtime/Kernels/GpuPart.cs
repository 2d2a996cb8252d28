using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// The heads of a call that one launch of GPU kernels computes: all, or, where heads add up in the same gradient, some of which none writes
/// what another writes. Launches of a stream follow each other, so sums are always made in the same order.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuPart
{
    private GpuPart(in AttentionShape shape, int firstSequence, int firstHead, int headStep, bool isOneOfSeveral)
    {
        Shape = shape;
        FirstSequence = firstSequence;
        FirstHead = firstHead;
        HeadStep = headStep;
        IsOneOfSeveral = isOneOfSeveral;
    }

    /// <summary>The sizes of the launch.</summary>
    public AttentionShape Shape { get; }

    /// <summary>Whether there are others, so that gradients are added up.</summary>
    public bool IsOneOfSeveral { get; }

    /// <summary>Its first sequence in the call.</summary>
    internal int FirstSequence { get; }

    /// <summary>Its first query head in a sequence.</summary>
    internal int FirstHead { get; }

    /// <summary>Query heads from one that it has to the next.</summary>
    internal int HeadStep { get; }

    /// <summary>All heads of a call.</summary>
    public static GpuPart All(in AttentionShape shape) => new(shape, 0, 0, 1, isOneOfSeveral: false);

    /// <summary>The launches that a call takes.</summary>
    /// <param name="shape">The sizes of the call, which has heads.</param>
    /// <param name="writtenBy">Who shares any of what the kernels write.</param>
    public static int Count(in AttentionShape shape, OperandSharing writtenBy)
    {
        var atOnce = SharedHeads.AtOnce(shape, writtenBy);
        return shape.Batch / atOnce.Batch * (shape.Heads / atOnce.Heads);
    }

    /// <summary>One of the launches, by its number.</summary>
    /// <inheritdoc cref="Count"/>
    public static GpuPart Of(in AttentionShape shape, OperandSharing writtenBy, int number)
    {
        var atOnce = SharedHeads.AtOnce(shape, writtenBy);
        var step = shape.Heads / atOnce.Heads;
        return atOnce == shape ? All(shape) : new(atOnce, number / step * atOnce.Batch, number % step, step, isOneOfSeveral: true);
    }
}
