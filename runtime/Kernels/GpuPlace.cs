using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// Where an operand of a launch is in the view that a GPU kernel has of it: plain integers, so that they can be copied to the device.
/// </summary>
/// <remarks>A row stride is an int: what kernels multiply with it for every number is then one instruction.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuPlace
{
    /// <summary>The first float of the first head.</summary>
    public readonly long Start;

    /// <summary>Floats from a sequence to the next; 0 where all see the same.</summary>
    public readonly long BatchStride;

    /// <summary>Floats from a head to the next; 0 where all see the same.</summary>
    public readonly long HeadStride;

    /// <summary>Floats from a row to the next; negative where the operand is not wanted.</summary>
    public readonly int RowStride;

    /// <summary>The query heads that have one head of it.</summary>
    public readonly int QueryHeads;

    private GpuPlace(long start, long batchStride, long headStride, int rowStride, int queryHeads)
    {
        Start = start;
        BatchStride = batchStride;
        HeadStride = headStride;
        RowStride = rowStride;
        QueryHeads = queryHeads;
    }

    /// <summary>The place of what is written and nobody wants.</summary>
    public static GpuPlace Unwanted => new(0, 0, 0, -1, 1);

    /// <summary>The place of a number of each query head, which is that of all its tokens.</summary>
    public static GpuPlace OfConstants => new(0, 0, 1, 0, 1);

    /// <summary>Whether the operand is to be written.</summary>
    public bool IsWanted => RowStride >= 0;

    /// <summary>The place of a tensor of the caller's, which <see cref="GpuChecks"/> has found to fit.</summary>
    /// <param name="operand">The operand.</param>
    /// <param name="length">
    /// Floats of its view; 0 where it may be missing and is: then all rows that are read are the first of another view.
    /// </param>
    /// <param name="strides">How far apart its parts are.</param>
    /// <param name="shape">The sizes of the call.</param>
    public static unsafe GpuPlace Of(Operand operand, long length, TensorStrides strides, in AttentionShape shape)
    {
        ArgumentNullException.ThrowIfNull(operand);
        if (operand.IsOptional && length == 0)
        {
            return operand.IsWritten ? Unwanted : new GpuPlace(0, 0, 0, 0, 1);
        }

        var memory = OperandMemory.Of(operand, null, strides, shape);
        return new GpuPlace(0, memory.BatchStride, memory.HeadStride, (int)memory.RowStride, memory.QueryHeads);
    }

    /// <summary>The place of what a context keeps for each query head, one after the other.</summary>
    /// <param name="start">The first float of the first head.</param>
    /// <param name="floats">Of each head.</param>
    /// <param name="shape">The sizes of the call.</param>
    public static GpuPlace OfKept(long start, long floats, in AttentionShape shape) => new(start, shape.Heads * floats, floats, 1, 1);

    /// <summary>The first float of a head.</summary>
    /// <param name="sequence">Its sequence in the launch.</param>
    /// <param name="head">The query head in the sequence.</param>
    public long Base(int sequence, int head) => Start + (sequence * BatchStride) + (head / QueryHeads * HeadStride);

    /// <summary>What is left for a launch of some of the heads.</summary>
    internal GpuPlace In(in GpuPart part) => part.IsOneOfSeveral
        ? new(
            Base(part.FirstSequence, part.FirstHead), BatchStride, QueryHeads == 1 ? HeadStride * part.HeadStep : HeadStride, RowStride, 1)
        : this;

    /// <summary>The place of all heads of an operand, each once, whoever shares it.</summary>
    internal GpuPlace OfOwnHeads() => new(Start, BatchStride, HeadStride, RowStride, 1);
}
