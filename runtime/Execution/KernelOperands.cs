using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>The operands of a kernel, looked up once.</summary>
internal static unsafe class KernelOperands<TKernel>
    where TKernel : struct, IAttentionKernel
{
    private static readonly Operand[] Listed = Checked(TKernel.Operands.ToArray());

    private static readonly int
        QueryIndex = IndexOf("query"), KeyIndex = IndexOf("key"), ValueIndex = IndexOf("value"), OutputIndex = IndexOf("output"),
        LogSumExpIndex = IndexOf("logSumExp"), ParametersIndex = IndexOf("parameters"),
        ClockIndex = IndexOf("clock"), ClockRestIndex = IndexOf("clockRest");

    /// <summary>Who shares any of what the kernel writes: heads that do run one after the other.</summary>
    public static OperandSharing WrittenBy { get; } =
        Listed.Where(operand => operand is { IsWritten: true, IsTableGradient: false })
            .Aggregate(OperandSharing.None, (sharing, operand) => sharing | operand.SharedBy);

    /// <summary>Whether it writes what has rows for more positions than there may be tokens.</summary>
    public static bool WritesPositions { get; } = Listed.Any(operand => operand is { IsWritten: true, Positions: > 0 });

    /// <summary>Where the kernel lists the gradients of tables, and the floats before each of what the sums of one head are.</summary>
    public static IReadOnlyList<(int Index, long Before)> TableGradients { get; } =
    [
        .. Listed.Select((operand, index) => (operand, index)).Where(one => one.operand.IsTableGradient)
            .Select(one => (one.index, Before: TableFloats(Listed.Take(one.index)))),
    ];

    /// <summary>The floats that the sums of tables are for one head.</summary>
    public static long TableFloatsOfHead { get; } = TableFloats(Listed);

    /// <summary>Whether it may read what is missing.</summary>
    public static bool ReadsMissing { get; } = Listed.Any(operand => operand is { IsOptional: true, Access: OperandAccess.Read });

    /// <summary>The queries.</summary>
    public static Operand Query => Listed[QueryIndex];

    /// <summary>The keys.</summary>
    public static Operand Key => Listed[KeyIndex];

    /// <summary>The values.</summary>
    public static Operand Value => Listed[ValueIndex];

    /// <summary>The outputs.</summary>
    public static Operand Output => Listed[OutputIndex];

    /// <summary>How much of the state is left at each token; null where it does not fade.</summary>
    public static Operand? Clock => ClockIndex < 0 ? null : Listed[ClockIndex];

    /// <summary>Puts the clock of the tokens of a head in its place.</summary>
    /// <param name="places">Of the operands.</param>
    /// <param name="sums">The first of the sums, which follow each other.</param>
    /// <param name="rests">The first of what they have lost.</param>
    public static void PutClock(OperandPlace* places, float* sums, float* rests)
    {
        places[ClockIndex].Start = sums;
        places[ClockRestIndex].Start = rests;
    }

    /// <summary>In the order of the kernel.</summary>
    public static ReadOnlySpan<Operand> All => Listed;

    /// <summary>So many.</summary>
    public static int Count => Listed.Length;

    // The strides of a head whose tokens follow each other.
    private static readonly OperandPlace[] Dense = [.. Listed.Select(operand => new OperandPlace { Stride = operand.Columns })];

    /// <summary>
    /// What callers hand in beside queries, keys, values and outputs: where the kernel lists it, and its place among all that callers hand
    /// in.
    /// </summary>
    public static readonly OtherOperand[] Others = OthersOf(Listed);

    /// <summary>Sets strides of heads whose tokens follow each other; nothing is there yet.</summary>
    /// <param name="places">Memory for <see cref="HeadOperands.Most"/> places.</param>
    public static void Prepare(OperandPlace* places) => Dense.CopyTo(new Span<OperandPlace>(places, HeadOperands.Most));

    /// <summary>One head whose tokens follow each other, of a kernel that nothing else is handed; null: missing.</summary>
    /// <param name="places">What <see cref="Prepare"/> has set, which outlives what is returned.</param>
    /// <param name="query">[query length, head dim].</param>
    /// <param name="key">[key length, head dim].</param>
    /// <param name="value">[key length, value dim].</param>
    /// <param name="output">[query length, value dim].</param>
    /// <param name="logSumExp">[query length].</param>
    /// <param name="parameters">As the kernel has packed them.</param>
    /// <param name="queryLength">Queries.</param>
    /// <param name="keyLength">Keys.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HeadOperands Head(
        OperandPlace* places, float* query, float* key, float* value, float* output, float* logSumExp,
        float* parameters, int queryLength, int keyLength)
    {
        places[QueryIndex].Start = query;
        places[KeyIndex].Start = key;
        places[ValueIndex].Start = value;
        places[OutputIndex].Start = output;
        Put(places, LogSumExpIndex, logSumExp);
        Put(places, ParametersIndex, parameters);
        return new HeadOperands(places, queryLength, keyLength);
    }

    /// <summary>Tokens of one head that each have a query and a key, of a kernel that nothing else is handed.</summary>
    /// <param name="places">What <see cref="Prepare"/> has set, which outlives what is returned.</param>
    /// <param name="query">[tokens, head dim].</param>
    /// <param name="key">[tokens, head dim].</param>
    /// <param name="value">[tokens, value dim].</param>
    /// <param name="output">[tokens, value dim].</param>
    /// <param name="parameters">As the kernel has packed them.</param>
    /// <param name="tokens">The tokens.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HeadOperands Head(
        OperandPlace* places, OperandPlace query, OperandPlace key, OperandPlace value, OperandPlace output, float* parameters, int tokens)
    {
        places[QueryIndex] = query;
        places[KeyIndex] = key;
        places[ValueIndex] = value;
        places[OutputIndex] = output;
        Put(places, LogSumExpIndex, null);
        Put(places, ParametersIndex, parameters);
        return new HeadOperands(places, tokens, tokens);
    }

    private static void Put(OperandPlace* places, int operand, float* start)
    {
        if (operand >= 0)
        {
            places[operand].Start = start;
        }
    }

    private static Operand[] Checked(Operand[] listed) => listed.Length <= HeadOperands.Most
        ? listed
        : throw new NotSupportedException($"The kernel has {listed.Length} operands, and the engine takes {HeadOperands.Most}.");

    /// <summary>The place of an operand in <see cref="CallTensors"/>.</summary>
    public static int SlotOf(string name) =>
        Array.FindIndex(CallMemory.Given(Listed, isBackward: false), operand => operand.Name == name);

    private static OtherOperand[] OthersOf(Operand[] listed)
    {
        var given = CallMemory.Given(listed, isBackward: false).ToList();
        return
        [
            .. listed.Select((operand, index) => new OtherOperand(operand, index, given.FindIndex(other => other.Name == operand.Name)))
                .Where(other => other.Operand.Source == OperandSource.Caller
                    && other.Operand.Name is not ("query" or "key" or "value" or "output")),
        ];
    }

    private static long TableFloats(IEnumerable<Operand> operands) =>
        operands.Where(operand => operand.IsTableGradient).Sum(operand => AlignedBuffer.Aligned(2L * operand.Columns));

    private static int IndexOf(string name) => Array.FindIndex(Listed, operand => operand.Name == name);
}

/// <summary>A tensor that not every attention has.</summary>
/// <param name="Operand">What it is.</param>
/// <param name="Index">Its place in the list of the kernel.</param>
/// <param name="Slot">Its place in <see cref="CallTensors"/>.</param>
internal sealed record OtherOperand(Operand Operand, int Index, int Slot)
{
    /// <summary>The most that there are.</summary>
    public const int Most = CallTensors.Most - 8;

    /// <summary>What it is in a step: each stream is a head of its own, so what heads of a sequence share has a row for each.</summary>
    public Operand OfStep { get; } =
        Operand.SharedBy == OperandSharing.Sequence ? Operand with { SharedBy = OperandSharing.None } : Operand;

    /// <summary>Whether it has rows, and those are not of tokens: a stream sees those of its head, wherever it is.</summary>
    public bool IsOfHeads => Operand.Positions > 0;
}
