namespace KernelGen.Generator.Tiles;

/// <summary>
/// The operands that every attention has, by the names that the runtime calls them. What else a family needs it describes itself.
/// </summary>
internal static class AttentionOperands
{
    public const string QueryName = "query", ValueName = "value", OutputName = "output";

    // In the order in which calls take them.
    private static readonly List<string> Names =
        [QueryName, "key", ValueName, OutputName, "outputGradient", "queryGradient", "keyGradient", "valueGradient"];

    public static Operand Query(Dim headDim) => new(QueryName, TokenAxis.Queries, headDim, OperandAccess.Read);

    public static Operand Key(Dim headDim) => new("key", TokenAxis.Keys, headDim, OperandAccess.Read);

    public static Operand Value(Dim valueDim) => new(ValueName, TokenAxis.Keys, valueDim, OperandAccess.Read);

    /// <summary>The outputs, which a gradient reads.</summary>
    public static Operand Output(Dim valueDim, OperandAccess access) => new(OutputName, TokenAxis.Queries, valueDim, access);

    /// <summary>The logarithm of a query's normaliser.</summary>
    public static Operand LogSumExp(OperandAccess access) => Kept("logSumExp", access);

    /// <summary>
    /// What the logarithm of the normaliser has lost as one float, in powers of two; a caller who wants that may not want this.
    /// </summary>
    public static Operand LogSumExpRest(OperandAccess access) => Kept("logSumExpRest", access);

    /// <summary>1 / normaliser of each query, which one program of a gradient leaves for the next.</summary>
    public static Operand Reciprocal(OperandAccess access) =>
        new("reciprocal", TokenAxis.Queries, Dim.One, access) { Source = OperandSource.Kept };

    /// <summary>∂loss/∂output.</summary>
    public static Operand OutputGradient(Dim valueDim) => new("outputGradient", TokenAxis.Queries, valueDim, OperandAccess.Read);

    public static Operand QueryGradient(Dim headDim) => new("queryGradient", TokenAxis.Queries, headDim, OperandAccess.Accumulate);

    public static Operand KeyGradient(Dim headDim) => new("keyGradient", TokenAxis.Keys, headDim, OperandAccess.Accumulate);

    public static Operand ValueGradient(Dim valueDim) => new("valueGradient", TokenAxis.Keys, valueDim, OperandAccess.Accumulate);

    /// <summary>
    /// How much of the state is left since the first token, as the logarithm of base 2: two floats, the sum of a number of each token and
    /// what it has lost to rounding.
    /// </summary>
    public static (Operand Sum, Operand Lost) Clock(Summands summands) => (
        new("clock", TokenAxis.Queries, Dim.One, OperandAccess.Read) { Source = OperandSource.RunningSum, SumOf = summands },
        new("clockRest", TokenAxis.Queries, Dim.One, OperandAccess.Read) { Source = OperandSource.RunningSum, SumOf = summands });

    /// <summary>∂loss/∂clock, by the natural logarithm, of which the engine makes the gradient of what is summed up.</summary>
    public static Operand ClockGradient(Summands summands) => new("clockGradient", TokenAxis.Queries, Dim.One, OperandAccess.Write)
    {
        Source = OperandSource.RunningSum,
        SumOf = summands,
        IsOptional = true,
    };

    /// <summary>Whether an operand is what a running sum of the program adds up.</summary>
    public static bool IsSummedUp(TileProgram program, Operand operand) =>
        program.Operands.Any(sum => sum.SumOf?.Operand == operand);

    /// <summary>What callers hand in beside these, each once, in the order of the programs.</summary>
    public static IEnumerable<Operand> OthersOf(IEnumerable<TileProgram> programs) =>
        GivenTo(programs).Where(operand => !Names.Contains(operand.Name));

    /// <summary>
    /// What callers hand in, each once, in the order of the programs: the order in which the runtime takes the tensors of a call.
    /// </summary>
    public static IEnumerable<Operand> GivenTo(IEnumerable<TileProgram> programs) => programs
        .SelectMany(program => program.Operands).Where(operand => operand.Source == OperandSource.Caller)
        .GroupBy(operand => operand.Name).Select(same => same.First());

    /// <summary>
    /// What callers hand in, in the order of the parameters of members: what a family adds stands before the outputs where it is read or
    /// the call is a forward call, and at the end elsewhere.
    /// </summary>
    public static IEnumerable<Operand> InOrderOfParameters(IEnumerable<TileProgram> programs, bool isBackward)
    {
        return GivenTo(programs).OrderBy(Place);

        double Place(Operand operand) => Names.IndexOf(operand.Name) is >= 0 and var place ? place
            : isBackward && operand.Access != OperandAccess.Read ? Names.Count
            : Names.IndexOf(OutputName) - 0.5;
    }

    /// <summary>A number a query that a forward call leaves for a backward call, if anyone wants that.</summary>
    private static Operand Kept(string name, OperandAccess access) =>
        new(name, TokenAxis.Queries, Dim.One, access) { Source = OperandSource.Kept, IsOptional = access == OperandAccess.Write };
}
