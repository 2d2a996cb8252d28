using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>The memory of a call, held still: what the caller hands in, and what a forward call keeps for a backward call.</summary>
internal unsafe struct CallMemory
{
    /// <summary>The slots after those of <see cref="CallTensors"/>.</summary>
    public const int LogSumExpSlot = CallTensors.Most, SecondSlot = LogSumExpSlot + 1, KeptStateSlot = SecondSlot + 1,
        ClockSlot = KeptStateSlot + 1, ClockRestSlot = ClockSlot + 1, ClockGradientSlot = ClockRestSlot + 1, Slots = ClockGradientSlot + 1;

    /// <summary>The slot of parameters, which each kernel has packed for itself.</summary>
    public const int ParametersSlot = -1;

    /// <summary><see cref="Slots"/> pointers; null: missing.</summary>
    public float** Starts;

    /// <summary>How far apart the parts of what callers hand in are; null: all is packed.</summary>
    public TensorStrides* Strides;

    /// <summary>Where an operand is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly OperandMemory Of(Operand operand, int slot, in AttentionShape shape) => OperandMemory.Of(
        operand, Starts[slot], Strides is not null && slot < CallTensors.Most ? Strides[slot] : default, shape);

    /// <summary>Takes the states of all heads; null where the caller wants none.</summary>
    public float* State;

    /// <summary>Keys of each sequence that count; null: all.</summary>
    public int* KeyLengths;

    /// <summary>Queries of each sequence that count; null: all.</summary>
    public int* QueryLengths;

    /// <summary>
    /// Where packed sequences are, with the lengths that count, <see cref="AttentionShape.Batch"/> of them; null: each has an equal part.
    /// </summary>
    public PackedSequence* Sequences;

    /// <summary>Their indices, those of most work first; null: as they come.</summary>
    public int* LongestFirst;

    /// <summary>Whether gradients are added to what is there.</summary>
    public bool AddsGradients;

    /// <summary>The slots that the operands of a kernel are in.</summary>
    /// <param name="operands">Of the kernel.</param>
    /// <param name="given">Those that callers of the layer hand in, in order.</param>
    public static int[] SlotsOf(ReadOnlySpan<Operand> operands, IReadOnlyList<Operand> given)
    {
        var slots = new int[operands.Length];
        for (var i = 0; i < slots.Length; i++)
        {
            var operand = operands[i];
            slots[i] = operand.Source switch
            {
                OperandSource.Layer => ParametersSlot,
                OperandSource.Kept when operand.Rows == OperandRows.None => KeptStateSlot,
                OperandSource.Kept => operand.Name == "logSumExp" ? LogSumExpSlot : SecondSlot,
                OperandSource.RunningSum => operand.IsWritten ? ClockGradientSlot
                    : operand.Name == "clock" ? ClockSlot : ClockRestSlot,
                _ => given.TakeWhile(other => other.Name != operand.Name).Count(),
            };
        }

        return slots;
    }

    /// <summary>The operands of some kernels that callers hand in, each once, in the order in which they are first listed.</summary>
    /// <param name="operands">Of the kernels.</param>
    /// <param name="isBackward">Whether they are of a backward call, which is handed what a forward call has written.</param>
    public static Operand[] Given(IEnumerable<Operand> operands, bool isBackward) =>
    [
        .. operands.Where(operand => operand.Source == OperandSource.Caller).DistinctBy(operand => operand.Name)
            .Select(operand =>
                isBackward && operand.Access == OperandAccess.Write ? operand with { Access = OperandAccess.Read } : operand),
    ];
}
