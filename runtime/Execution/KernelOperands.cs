namespace KernelGen.CompilerServices;

/// <summary>The operands of a kernel, looked up once.</summary>
internal static unsafe class KernelOperands<TKernel>
    where TKernel : struct, IAttentionKernel
{
    private static readonly Operand[] Listed = TKernel.Operands.ToArray();

    private static readonly int
        Query = IndexOf("query"), Key = IndexOf("key"), Value = IndexOf("value"), Output = IndexOf("output"), LogSumExp = IndexOf("logSumExp"),
        Parameters = IndexOf("parameters");

    /// <summary>The widest sharing of what the kernel writes: heads that share it run one after the other.</summary>
    public static OperandSharing WrittenBy { get; } = Listed.Where(operand => operand.IsWritten).Select(operand => operand.SharedBy).DefaultIfEmpty().Max();

    /// <summary>In the order of the kernel.</summary>
    public static ReadOnlySpan<Operand> All => Listed;

    /// <summary>So many.</summary>
    public static int Count => Listed.Length;

    /// <summary>One head whose tokens follow each other, of a kernel that nothing else is handed; null: missing.</summary>
    /// <param name="places">Memory for <see cref="Count"/> places, which outlives what is returned.</param>
    /// <param name="query">[query length, head dim].</param>
    /// <param name="key">[key length, head dim].</param>
    /// <param name="value">[key length, value dim].</param>
    /// <param name="output">[query length, value dim].</param>
    /// <param name="logSumExp">[query length].</param>
    /// <param name="parameters">As the kernel has packed them.</param>
    /// <param name="queryLength">Queries.</param>
    /// <param name="keyLength">Keys.</param>
    public static HeadOperands Head(
        OperandPlace* places, float* query, float* key, float* value, float* output, float* logSumExp, float* parameters, int queryLength, int keyLength)
    {
        for (int i = 0; i < Listed.Length; i++)
        {
            places[i] = new OperandPlace { Stride = Listed[i].Columns };
        }

        Put(Query, query);
        Put(Key, key);
        Put(Value, value);
        Put(Output, output);
        Put(LogSumExp, logSumExp);
        Put(Parameters, parameters);
        return new HeadOperands(places, queryLength, keyLength);

        void Put(int operand, float* start)
        {
            if (operand >= 0)
            {
                places[operand].Start = start;
            }
        }
    }

    private static int IndexOf(string name) => Array.FindIndex(Listed, operand => operand.Name == name);
}
