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

    private static readonly MemberParameter
        Query = new("global::System.ReadOnlySpan<float>", "query"),
        Key = new("global::System.ReadOnlySpan<float>", "key"),
        Value = new("global::System.ReadOnlySpan<float>", "value"),
        Destination = new("global::System.Span<float>", "destination"),
        Output = new("global::System.ReadOnlySpan<float>", "output"),
        Shape = new(Runtime + ".AttentionShape", "shape", "in"),
        Result = new(Runtime + ".AttentionResult", "result"),
        KeyLengths = new("global::System.ReadOnlySpan<int>", "keyLengths", Default: "default"),
        Accumulate = new("bool", "accumulate", Default: "false");

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
        .. Decoding($"{spec.Describe()}{family.Declaration}"),
        Engine(),
        .. Backward(programs),
        .. backends.SelectMany(backend => backend.Members(spec, programs)),
    ];

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
        yield return new Member(MemberKind.Property, "StateLength", "public int", "=> Engine.StateLength;") { Documentation = Inherited };

        // Constants have the names, so the properties of the interfaces stand beside them.
        yield return Member.Explicit("int", "IAttention", "HeadDim", "HeadDim");
        yield return Member.Explicit("int", "IAttention", "ValueDim", "ValueDim");
        yield return Member.Explicit("bool", "IAttention", "Causal", "Causal");
    }

    private static IEnumerable<Member> Forward(LayerPrograms? programs)
    {
        var tensors = programs is null ? "" : CallText.Forward(programs.Forward, withOthers: false);
        yield return new Member(MemberKind.Method, "ScratchBytes", "public long", "=> Engine.ScratchBytes(in shape);")
        {
            Documentation = Inherited,
            Parameters = [Shape],
        };
        yield return new Member(MemberKind.Method, "Forward", "public void", $"=> Engine.Forward({tensors}, in shape, null, keyLengths);")
        {
            Documentation = Inherited,
            Parameters = [Query, Key, Value, Destination, Shape, KeyLengths],
        };
        yield return new Member(MemberKind.Method, "Forward", "public void", $$"""
            {
                global::System.ArgumentNullException.ThrowIfNull(result);
                Engine.Forward({{tensors}}, in shape, result, keyLengths);
            }
            """)
        {
            Documentation = Inherited,
            Parameters = [Query, Key, Value, Destination, Shape, Result, KeyLengths],
        };
        if (programs is not null && AttentionOperands.OthersOf([programs.Forward]).ToList() is { Count: > 0 } others)
        {
            yield return new Member(
                MemberKind.Method, "Forward", "public void",
                $"=> Engine.Forward({CallText.Forward(programs.Forward, withOthers: true)}, in shape, result, keyLengths);")
            {
                Documentation = $"<inheritdoc cref=\"{Runtime}.IAttention.Forward(global::System.ReadOnlySpan{{float}}, global::System.ReadOnlySpan{{float}}, global::System.ReadOnlySpan{{float}}, global::System.Span{{float}}, in {Runtime}.AttentionShape, {Runtime}.AttentionResult, global::System.ReadOnlySpan{{int}})\"/>",
                Parameters =
                [
                    Query,
                    Key,
                    Value,
                    .. others.Select(CallText.Parameter),
                    Destination,
                    Shape,
                    new(Runtime + ".AttentionResult?", "result", Default: "null"),
                    KeyLengths,
                ],
            };
        }
    }

    private static IEnumerable<Member> Decoding(string declaration)
    {
        yield return new Member(
            MemberKind.Method, "CreateDecodingState", $"public {Runtime}.DecodingState",
            "=> Engine.CreateDecodingState(Declaration, streams);")
        {
            Documentation = Inherited,
            Parameters = [new("int", "streams", Default: "1")],
        };
        yield return new Member(
            MemberKind.Method, "LoadDecodingState", $"public {Runtime}.DecodingState", "=> Engine.LoadDecodingState(Declaration, stream);")
        {
            Documentation = Inherited,
            Parameters = [new("global::System.IO.Stream", "stream")],
        };
        yield return new Member(MemberKind.Constant, "Declaration", "private const string", $"= \"{declaration}\";")
        {
            Documentation = "// What saved states must have been declared as.",
        };
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
        var given = new[] { new MemberParameter(Query.Type, "outputGradient") };
        var wanted = new[] { "queryGradient", "keyGradient", "valueGradient" }
            .Select(name => new MemberParameter(Destination.Type, name)).ToList();
        yield return new Member(MemberKind.Method, "BackwardScratchBytes", "public long", "=> Engine.BackwardScratchBytes(in shape);")
        {
            Documentation = Inherited,
            Parameters = [Shape],
            File = LayerFile.Gradients,
        };
        yield return new Member(MemberKind.Method, "Backward", "public void", Call(withOthers: false))
        {
            Documentation = Inherited,
            Parameters = [Query, Key, Value, Output, Result, .. given, .. wanted, Shape, KeyLengths, Accumulate],
            File = LayerFile.Gradients,
        };
        if (forward is not null && AttentionOperands.OthersOf([forward, .. gradients]).ToList() is { Count: > 0 } others)
        {
            yield return new Member(MemberKind.Method, "Backward", "public void", Call(withOthers: true))
            {
                Documentation = $"<inheritdoc cref=\"{Runtime}.IAttention.Backward\"/>",
                Parameters =
                [
                    Query, Key, Value, .. others.Where(IsRead).Select(CallText.Parameter), Output, Result, .. given, .. wanted,
                    .. others.Where(operand => !IsRead(operand)).Select(CallText.Parameter), Shape, KeyLengths, Accumulate,
                ],
                File = LayerFile.Gradients,
            };
        }

        string Call(bool withOthers) => forward is null
            ? ""
            : $"=> Engine.Backward(\n    {CallText.Backward(forward, gradients, withOthers)},\n    in shape, result, keyLengths, accumulate);";

        static bool IsRead(Operand operand) => operand.Access == OperandAccess.Read;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
