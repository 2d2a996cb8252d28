using System.Globalization;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Layers;

/// <summary>
/// The members of a layer: what a user calls, what stands behind it, and the types that hold kernels. It knows no family and no backend:
/// what those add they say themselves.
/// </summary>
internal static class LayerMembers
{
    private const string Runtime = "global::KernelGen";
    private const string Services = Runtime + ".CompilerServices";
    private const string Inherited = "<inheritdoc/>";

    /// <summary>What layers implement whose calls take tensors of the family's own.</summary>
    public const string EngineInterface = "CompilerServices.IEngineAttention";

    private static readonly MemberParameter
        Query = Read("query"),
        Key = Read("key"),
        Value = Read("value"),
        Destination = Written("destination"),
        Output = Read("output"),
        Shape = new(Runtime + ".AttentionShape", "shape"),
        ForwardOptions = new(Runtime + ".ForwardOptions", "options", "in", Default: "default"),
        Context = new(Runtime + ".BackwardContext", "context"),
        BackwardOptions = new(Runtime + ".BackwardOptions", "options", Default: "default");

    /// <param name="type">The name of the type, as its constructors have it.</param>
    /// <param name="spec">What it is declared as.</param>
    /// <param name="family">What its family adds.</param>
    /// <param name="programs">
    /// Its programs; null before they are built: then members have no bodies, and those for tensors of the family's own are not there.
    /// </param>
    /// <param name="backends">The backends that add to it.</param>
    public static IReadOnlyList<Member> Of(
        string type, AttentionSpec spec, FamilyMembers family, LayerPrograms? programs, IEnumerable<Backend> backends) =>
    [
        .. Constants(spec),
        .. family.Constants,
        new Member(MemberKind.Field, "_engine", $"private readonly {Services}.AttentionEngine?", ";"),
        .. family.Constructors(type),
        .. family.Others,
        .. Properties(),
        .. family.ExplicitProperties,
        .. Forward(programs),
        Engine(),
        .. programs is not null && TakesOthers(programs)
            ? new[] { Member.Explicit(Services + ".AttentionEngine", EngineInterface, "Engine", "Engine") }
            : [],
        .. programs is { Gradients.Count: 0 } ? [] : Backward(programs),
        .. backends.SelectMany(backend => backend.Members(spec, family, programs)),
    ];

    /// <summary>Whether calls take tensors that not every attention has.</summary>
    public static bool TakesOthers(LayerPrograms programs) => AttentionOperands.OthersOf(programs.All).Any();

    private static IEnumerable<Member> Constants(AttentionSpec spec)
    {
        yield return Member.Constant("int", "HeadDim", Text(spec.HeadDim), "d, the numbers in one head's query and key.");
        yield return Member.Constant("int", "ValueDim", Text(spec.ValueDim), "dv, the numbers in one head's value and output.");
        yield return Member.Constant("bool", "Causal", spec.Causal ? "true" : "false", "Whether query i sees only keys j ≤ i.");
    }

    private static IEnumerable<Member> Properties()
    {
        yield return new Member(MemberKind.Property, "DegreeOfParallelism", "public int", """
            {
                get => Engine.DegreeOfParallelism;
                set => Engine.DegreeOfParallelism = value;
            }
            """) { Documentation = Inherited };
        yield return new Member(MemberKind.Property, "VectorBits", "public int", "=> Engine.VectorBits;") { Documentation = Inherited };

        // Constants have the names, so the properties of the interfaces stand beside them.
        yield return Member.Explicit("int", "IAttention", "HeadDim", "HeadDim");
        yield return Member.Explicit("int", "IAttention", "ValueDim", "ValueDim");
        yield return Member.Explicit("bool", "IAttention", "Causal", "Causal");
    }

    private static IEnumerable<Member> Forward(LayerPrograms? programs)
    {
        yield return new Member(MemberKind.Method, "ScratchBytes", "public long", "=> Engine.ScratchBytes(shape);")
        {
            Documentation = Inherited,
            Parameters = [Shape],
        };
        yield return new Member(MemberKind.Method, "Forward", "public void", Call(withOthers: false))
        {
            Documentation = Inherited,
            Parameters = [Query, Key, Value, Destination, Shape, ForwardOptions],
        };
        if (programs is not null && AttentionOperands.OthersOf([programs.Forward]).ToList() is { Count: > 0 } others)
        {
            yield return new Member(MemberKind.Method, "Forward", "public void", Call(withOthers: true))
            {
                Documentation = $"<inheritdoc cref=\"{Runtime}.IAttention.Forward\"/>{CallText.Documentation(others)}",
                Parameters = [Query, Key, Value, .. others.Select(Parameter), Destination, Shape, ForwardOptions],
            };
        }

        string Call(bool withOthers) =>
            programs is null ? "" : $"=> Engine.Forward({CallText.Forward(programs.Forward, withOthers)}, shape, options);";
    }

    // A constructor that the user wrote and that chains to no generated one leaves the field null.
    private static Member Engine() => new(MemberKind.Property, "Engine", $"private {Services}.AttentionEngine", """
        => _engine ?? throw new global::System.InvalidOperationException(
            "This constructor set up no attention. End its declaration with ': this(...)', naming a generated constructor.");
        """)
    {
        Documentation = "// Set by every generated constructor; null where another constructor of the type calls none of them.",
    };

    private static IEnumerable<Member> Backward(LayerPrograms? programs)
    {
        var (forward, gradients) = (programs?.Forward, programs?.Gradients ?? []);
        var wanted = new[] { "queryGradient", "keyGradient", "valueGradient" }.Select(Written).ToList();
        yield return new Member(MemberKind.Property, "StateLength", "public int", "=> Engine.StateLength;")
        {
            Documentation = Inherited,
            File = LayerFile.Gradients,
        };
        yield return new Member(MemberKind.Method, "BackwardScratchBytes", "public long", "=> Engine.BackwardScratchBytes(shape);")
        {
            Documentation = Inherited,
            Parameters = [Shape],
            File = LayerFile.Gradients,
        };
        yield return new Member(MemberKind.Method, "Backward", "public void", Call(withOthers: false))
        {
            Documentation = Inherited,
            Parameters = [Query, Key, Value, Output, Context, Read("outputGradient"), .. wanted, Shape, BackwardOptions],
            File = LayerFile.Gradients,
        };
        if (forward is not null && AttentionOperands.OthersOf([forward, .. gradients]).ToList() is { Count: > 0 } others)
        {
            yield return new Member(MemberKind.Method, "Backward", "public void", Call(withOthers: true))
            {
                Documentation = $"<inheritdoc cref=\"{Runtime}.IDifferentiableAttention.Backward\"/>{CallText.Documentation(others)}",
                Parameters =
                [
                    Query, Key, Value, .. others.Where(IsRead).Select(Parameter), Output, Context, Read("outputGradient"), .. wanted,
                    .. others.Where(operand => !IsRead(operand)).Select(Parameter), Shape, BackwardOptions,
                ],
                File = LayerFile.Gradients,
            };
        }

        string Call(bool withOthers) => forward is null
            ? ""
            : $"=> Engine.Backward(\n    {CallText.Backward(forward, gradients, withOthers)},\n    shape, context, options);";

        static bool IsRead(Operand operand) => operand.Access == OperandAccess.Read;
    }

    private static MemberParameter Read(string name) => new(Runtime + ".ReadOnlyTensorView", name, "in");

    private static MemberParameter Written(string name) => new(Runtime + ".TensorView", name, "in");

    private static MemberParameter Parameter(Operand operand) =>
        operand.Element == OperandElement.Int32 || operand.IsTable ? CallText.Span(operand)
        : operand.Access == OperandAccess.Read ? Read(operand.Name)
        : Written(operand.Name);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
