using System.Globalization;
using KernelGen.Generator.Layers;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>
/// The tensors of a call on a GPU as text: what members take, how it is checked, and where the kernels find it. All of it follows from the
/// operands of the programs.
/// </summary>
internal sealed class CallTensors
{
    private const string Runtime = "global::KernelGen";
    private const string Services = "global::KernelGen.CompilerServices";

    private readonly bool _isBackward;

    // What running sums add up.
    private readonly IReadOnlyList<Operand> _summed;

    /// <param name="programs">The forward program, and for a backward call those of the gradients after it.</param>
    /// <param name="isBackward">Whether it is a backward call, which is handed what the forward call has written.</param>
    /// <param name="rule">What the lengths of queries and keys must be, as arguments of checks.</param>
    public CallTensors(IEnumerable<TileProgram> programs, bool isBackward, string rule)
    {
        var all = programs.ToList();
        Operands = [.. AttentionOperands.InOrderOfParameters(all, isBackward)];
        _isBackward = isBackward;
        Rule = rule;
        _summed =
        [
            .. Operands.Where(operand =>
                operand.Access == OperandAccess.Read && all.Any(program => AttentionOperands.IsSummedUp(program, operand))),
        ];
    }

    /// <summary>What the lengths of queries and keys must be, as arguments of checks.</summary>
    public string Rule { get; }

    /// <summary>In the order of the parameters.</summary>
    public IReadOnlyList<Operand> Operands { get; }

    private string List => _isBackward ? "BackwardOperands" : "ForwardOperands";

    /// <summary>Writes the list of operands that checks walk.</summary>
    public void EmitList(SourceWriter writer)
    {
        writer.Line($"private static readonly _Operand[] {List} =");
        writer.Line("[");
        using (writer.Indent())
        {
            foreach (var operand in Operands)
            {
                writer.Line(OperandText.Entry(operand, IsFromForward(operand) ? OperandAccess.Read : operand.Access));
            }
        }

        writer.Line("];");
    }

    /// <summary>The alias of the views that hold an operand.</summary>
    public static string ViewType(Operand operand) => operand.Element == OperandElement.Int32 ? "_Ints" : "_Floats";

    /// <summary>The entry of an operand in that list.</summary>
    public string Entry(Operand operand) => $"{List}[{Text(Operands.TakeWhile(other => other.Name != operand.Name).Count())}]";

    /// <summary>Parameters that are views of the device, with what is said of each.</summary>
    public IEnumerable<Parameter> Views() =>
        Operands.Select(operand => new Parameter(
            $"{ViewType(operand)} {NameOf(operand)}", NameOf(operand),
            Describe(operand) + (_summed.Contains(operand) ? ", and one above 0 as NaN, since nobody looks at them here" : "")));

    /// <summary>Parameters that say how far apart the parts of each are.</summary>
    public IEnumerable<Parameter> Strides() => Operands.Where(HasStrides).Select(operand => new Parameter(
        $"_Strides {NameOf(operand)}Strides = default", $"{NameOf(operand)}Strides",
        $"How far apart the parts of {NameOf(operand)} are, in numbers; by default nothing is between them"));

    /// <summary>Parameters that are tensors of the CPU.</summary>
    public IEnumerable<Parameter> Arrays() => OnCpu.Select(operand => new Parameter(
        IsSpan(operand) ? $"{CallText.Span(operand).Type} {NameOf(operand)}"
            : $"in {Runtime}.{(operand.Access == OperandAccess.Read ? "ReadOnlyTensorView" : "TensorView")} {NameOf(operand)}",
        NameOf(operand), Describe(operand)));

    /// <summary>The check of a call on views.</summary>
    public string CheckViews() => Check(operand => $"{NameOf(operand)}.Length", StridesOf);

    /// <summary>The check of a call on tensors of the CPU.</summary>
    public string CheckArrays() => Check(
        Length, operand => IsFromForward(operand) || !HasStrides(operand) ? "default" : $"{NameOf(operand)}.Strides")
        + string.Concat(OnCpu.Where(operand => operand.Element == OperandElement.Int32)
            .Select(operand => $"\n{Services}.GpuChecks.CheckNumbers({Entry(operand)}, {NameOf(operand)});"))
        + $"\n{Services}.GpuChecks.CheckLengths(keyLengths, queryLengths, shape);"
        + string.Concat(_summed.Select(operand =>
            $"\n{Services}.GpuChecks.CheckLogDecays({Entry(operand)}, {NameOf(operand)}, queryLengths, shape);"));

    /// <summary>What else is wrong with tensors of the CPU, as the end of a sentence.</summary>
    public string Misuse => string.Concat(_summed.Select(operand => $", or a number of {NameOf(operand)} is above 0"));

    /// <summary>What says in the call where the tensors are.</summary>
    public IEnumerable<string> InCall() => Operands.SelectMany(operand => new[]
    {
        $"{LauncherEmitter.Property(operand.Name)} = {ViewOf(operand)},",
        $"{LauncherEmitter.Place(operand.Name)} = _GpuPlace.Of({Entry(operand)}, {NameOf(operand)}.Length, {StridesOf(operand)}, shape),",
    });

    /// <summary>Statements that bring tensors of the CPU to the device, and make room for what is computed first.</summary>
    public IEnumerable<string> Uploads() => Operands.SelectMany(operand => new[]
    {
        $"using var {NameOf(operand)}Buffer = {Upload(operand)};",
        $"{ViewType(operand)} {NameOf(operand)}View = {NameOf(operand)}Buffer.View.SubView(0, {Length(operand)});",
    });

    /// <summary>The views of these, as arguments of a call.</summary>
    /// <param name="call">The call, which takes some of these.</param>
    public IEnumerable<string> UploadedViews(CallTensors call) => call.Operands.Select(operand => $"{NameOf(operand)}View");

    /// <summary>How far apart the parts of these are, as arguments of a call.</summary>
    /// <param name="call">Likewise.</param>
    public IEnumerable<string> UploadedStrides(CallTensors call) => call.Operands
        .Where(operand => !IsFromForward(operand) && HasStrides(operand))
        .Select(operand => $"{call.NameOf(operand)}Strides: {NameOf(operand)}.Strides");

    /// <summary>Statements that bring back what was written.</summary>
    public IEnumerable<string> Downloads() => OnCpu.Where(operand => operand.Access != OperandAccess.Read)
        .Select(operand => $"Download({NameOf(operand)}View, {NameOf(operand)}, {Entry(operand)}, shape);");

    /// <summary>Those that a caller hands in on the CPU: what the forward call writes is computed first.</summary>
    private IEnumerable<Operand> OnCpu => Operands.Where(operand => !IsFromForward(operand));

    /// <summary>Where it is missing, kernels have another view, of a row of zeros.</summary>
    private string ViewOf(Operand operand) =>
        operand.IsOptional ? $"{NameOf(operand)}.Length > 0 ? {NameOf(operand)} : (_Floats)_zeros.View" : NameOf(operand);

    /// <summary>Whole numbers lie one after the other, and so do those of a table.</summary>
    private static bool IsSpan(Operand operand) => operand.Element == OperandElement.Int32 || operand.IsTable;

    private static bool HasStrides(Operand operand) => !IsSpan(operand);

    /// <summary>The argument that says how far apart the parts of a view are.</summary>
    private string StridesOf(Operand operand) => HasStrides(operand) ? $"{NameOf(operand)}Strides" : "default";

    private bool IsFromForward(Operand operand) => _isBackward && operand.Access == OperandAccess.Write;

    /// <summary>The argument that an operand is: outputs of a forward call go to the destination.</summary>
    private string NameOf(Operand operand) =>
        operand.Name == AttentionOperands.OutputName && !_isBackward ? "destination" : operand.Name;

    /// <summary>The numbers of an operand of a call on tensors of the CPU.</summary>
    private string Length(Operand operand) => IsFromForward(operand)
        ? $"(long)shape.Batch * shape.Heads * shape.{(operand.IsOfKeys ? "Key" : "Query")}Length * {Text(operand.Columns.Size)}"
        : IsSpan(operand) ? $"{NameOf(operand)}.Length"
        : $"{NameOf(operand)}.Memory.Length";

    /// <summary>What is not overwritten, since not all queries count, comes back as it was.</summary>
    private string Upload(Operand operand)
    {
        var upload = operand.Element == OperandElement.Int32 ? $"Upload({NameOf(operand)})"
            : operand.IsTable ? $"Upload<float>({NameOf(operand)})"
            : $"Upload<float>({NameOf(operand)}.Memory)";
        return IsFromForward(operand) ? Allocate(operand)
            : operand.Access == OperandAccess.Write ? $"queryLengths.IsEmpty ? {Allocate(operand)} : {upload}"
            : upload;
    }

    private string Allocate(Operand operand) => $"_accelerator.Allocate1D<float>({Services}.GpuChecks.AtLeastOne({Length(operand)}))";

    private string Check(Func<Operand, string> length, Func<Operand, string> strides) => $"""
        {Services}.GpuChecks.CheckCall(
            {List}, shape, {Rule},
            [{string.Join(", ", Operands.Select(length))}],
            [{string.Join(", ", Operands.Select(strides))}],
            keyLengths.Length, queryLengths.Length);
        """;

    private string Describe(Operand operand)
    {
        var of = (operand.IsOfKeys ? "key" : "query", Text(operand.Columns.Size));
        var heads = operand.SharedBy switch
        {
            OperandSharing.None => "batch, heads, ",
            OperandSharing.Group => "batch, key heads, ",
            OperandSharing.Sequence => "batch, ",
            OperandSharing.Batch => "key heads, ",
            OperandSharing.Everyone => "",
            _ => throw new NotSupportedException(operand.SharedBy.ToString()),
        };
        if (operand.IsTable)
        {
            return operand.Access == OperandAccess.Read
                ? $"The learned table, [{of.Item2}]"
                : $"∂loss by the learned table, [{of.Item2}], summed over all heads and sequences; empty: not wanted";
        }

        var role = operand.Access == OperandAccess.Write
            ? _isBackward ? "What the forward call has computed, " : "Overwritten, "
            : operand.Name.EndsWith("Gradient", StringComparison.Ordinal)
            ? $"∂loss/∂{operand.Name.Substring(0, operand.Name.Length - "Gradient".Length)}, "
            : "";
        var past = operand.Access == OperandAccess.Accumulate ? $"; 0 for {(operand.IsOfKeys ? "keys" : "queries")} that do not count" : "";
        var missing = !operand.IsOptional ? "" : operand.Access == OperandAccess.Read ? "; empty: zeros" : "; empty: not wanted";
        var range = _summed.Contains(operand)
            ? $"; logarithms of at most 0, of which one below {Summands.Least.ToString(CultureInfo.InvariantCulture)} counts as that"
            : "";
        var rows = operand.Positions is { } positions ? Text(positions) : $"{of.Item1} length";
        return operand.Element == OperandElement.Int32
            ? $"A number of each token, [{heads}{of.Item1} length]"
            : $"{role}[{heads}{rows}, {of.Item2}]{past}{missing}{range}";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A parameter of a member.</summary>
    /// <param name="Declaration">With its type, and its default if it has one.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Meaning">What is said of it, a sentence without its full stop.</param>
    public sealed record Parameter(string Declaration, string Name, string Meaning)
    {
        /// <summary>Its line of documentation.</summary>
        public string Documentation => $"/// <param name=\"{Name}\">{Meaning}.</param>";
    }
}
