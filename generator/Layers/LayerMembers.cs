using System.Globalization;
using KernelGen.Generator.Backends.Cpu;
using KernelGen.Generator.Specs;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Layers;

/// <summary>The members of a layer: what a user calls, what stands behind it, and the types that hold kernels. It knows no family; what differs between them is in the spec.</summary>
internal static class LayerMembers
{
    private const string Runtime = "global::KernelGen";
    private const string Services = Runtime + ".CompilerServices";
    private const string Intrinsics = "global::System.Runtime.Intrinsics";
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
    /// <param name="programs">Its programs; null before they are built: then members have no bodies, and those for tensors of the family's own are not there.</param>
    /// <param name="hasGpu">Whether it has GPU kernels too.</param>
    public static IReadOnlyList<Member> Of(string type, AttentionSpec spec, LayerPrograms? programs, bool hasGpu) =>
    [
        .. Constants(spec),
        .. Constructors(type, spec),
        .. spec.ProjectionRows > 0 ? Projections(spec) : [],
        .. Properties(spec),
        .. Forward(programs),
        .. Decoding(spec),
        .. Engine(programs),
        new Member(MemberKind.Type, CpuBackend.KernelName),
        .. Backward(programs),
        .. programs is { Gradients.Count: 0 } ? Array.Empty<Member>() : [new Member(MemberKind.Type, CpuBackend.GradientsName) { File = LayerFile.Gradients }],
        .. hasGpu ? [new Member(MemberKind.Type, "Gpu") { File = LayerFile.Gpu }] : Array.Empty<Member>(),
    ];

    private static IEnumerable<Member> Constants(AttentionSpec spec)
    {
        yield return Constant("int", "HeadDim", Text(spec.HeadDim), "d, the numbers in one head's query and key.");
        yield return Constant("int", "ValueDim", Text(spec.ValueDim), "dv, the numbers in one head's value and output.");
        if (spec.Features > 0)
        {
            yield return Constant("int", "Features", Text(spec.Features), "m, the random features.");
        }

        yield return Constant("bool", "Causal", Text(spec.Causal), "Whether query i sees only keys j ≤ i.");
        if (spec.ProjectionRows > 0)
        {
            yield return Constant("bool", "Normalize", Text(spec.Normalize), "Whether outputs are divided by the sum of their weights.");
        }

        if (spec.Hyperparameter is { Declared: { } declared } number)
        {
            yield return Constant("double", number.Property, declared.ToString("R", CultureInfo.InvariantCulture), number.Summary);
        }

        yield return new Member(MemberKind.Field, "_engine", $"private readonly {Services}.AttentionEngine?", ";");
    }

    private static IEnumerable<Member> Constructors(string type, AttentionSpec spec)
    {
        if (spec.ProjectionRows == 0)
        {
            yield return new Member(MemberKind.Constructor, type, "public", "=> _engine = CreateEngine(null);") { Documentation = Summary("Makes the layer; exact attention has no parameters.") };
            yield break;
        }

        var asks = spec.Hyperparameter is { Declared: null } undeclared ? undeclared : null;
        MemberParameter[] asked = asks is null ? [] : [new MemberParameter("double", asks.Parameter)];
        var documentation = asks is null ? "" : $"\n<param name=\"{asks.Parameter}\">{asks.Summary}</param>";
        var hyperparameters = spec.Hyperparameter is { } number ? $", {Services}.LayerParameters.{number.Factory}({(asks is null ? number.Property : asks.Parameter)}, HeadDim)" : "";
        yield return new Member(MemberKind.Constructor, type, "public", $"    : this({Draw(spec)}{(asks is null ? "" : $", {asks.Parameter}")})\n{{\n}}")
        {
            Documentation = $"""
                <summary>Draws the {Text(spec.ProjectionRows)} random projections. The same seed gives the same layer on every machine.</summary>
                <param name="seed">Any number.</param>{documentation}
                """,
            Parameters = [new("ulong", "seed"), .. asked],
        };
        yield return new Member(MemberKind.Constructor, type, "public", $$"""
            {
                global::System.ArgumentNullException.ThrowIfNull(projection);
                _engine = CreateEngine(projection{{hyperparameters}});{{(asks is null ? "" : $"\n    {asks.Property} = {asks.Parameter};")}}
            }
            """)
        {
            Documentation = $"""
                <summary>Uses given projections, such as those of a trained model.</summary>
                <param name="projection">{Text(spec.ProjectionRows)} rows of {Text(spec.HeadDim)} numbers.</param>{documentation}
                <exception cref="global::System.ArgumentException">The projections have another size, or no structure where one is needed.</exception>
                """,
            Parameters = [new(Runtime + ".Projection", "projection"), .. asked],
        };
    }

    private static IEnumerable<Member> Projections(AttentionSpec spec)
    {
        yield return new Member(MemberKind.Property, "Projection", $"public {Runtime}.Projection", "=> Engine.Projection!;")
        {
            Documentation = Summary($"The random projections ω_r in force, [{Text(spec.ProjectionRows)}, {Text(spec.HeadDim)}]."),
        };
        yield return new Member(MemberKind.Method, "Redraw", "public void", $"=> Engine.Redraw({Draw(spec)});")
        {
            Documentation = Inherited,
            Parameters = [new("ulong", "seed")],
        };
        yield return new Member(MemberKind.Method, "Redraw", "public void", "=> Engine.Redraw(projection);")
        {
            Documentation = Inherited,
            Parameters = [new(Runtime + ".Projection", "projection")],
        };
        yield return new Member(MemberKind.Method, "CreateItemSet", $"public {Runtime}.ItemSet", "=> Engine.CreateItemSet(FeatureMap, Normalize);") { Documentation = Inherited };
        yield return new Member(MemberKind.Property, "FeatureMap", $"public {Runtime}.FeatureMap", FeatureMap(spec.FeatureMap!, spec.Hyperparameter)) { Documentation = Inherited };
        if (spec.Hyperparameter is { Declared: null } number)
        {
            yield return new Member(MemberKind.Property, number.Property, "public double", "{ get; }") { Documentation = Summary(number.Summary) };
        }
    }

    private static string FeatureMap(FeatureMapText map, Hyperparameter? number)
    {
        var member = $"{Runtime}.FeatureMap.{map.Member}";
        if (map.Function is not { } function)
        {
            return $"=> {member}{(number is null ? "" : $"({number.Property})")};";
        }

        var writer = new SourceWriter();
        writer.Line($"{{ get; }} = {member}(");
        using (writer.Indent())
        {
            CpuBackend.EmitScalarFunction(writer, function);
            writer.Line($"epsilon: {CpuBackend.Literal(map.Epsilon)}, name: \"{function.Name}\");");
        }

        return writer.ToString().TrimEnd('\n');
    }

    private static IEnumerable<Member> Properties(AttentionSpec spec)
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
        yield return Explicit("int", "IAttention", "HeadDim", "HeadDim");
        yield return Explicit("int", "IAttention", "ValueDim", "ValueDim");
        yield return Explicit("int", "IAttention", "Features", spec.Features > 0 ? "Features" : "0");
        yield return Explicit("bool", "IAttention", "Causal", "Causal");
        if (spec.ProjectionRows > 0)
        {
            yield return Explicit("bool", "IRandomFeatureAttention", "Normalize", "Normalize");
        }
    }

    private static IEnumerable<Member> Forward(LayerPrograms? programs)
    {
        var tensors = programs is null ? "" : CallText.Forward(programs.Forward, withOthers: false);
        yield return new Member(MemberKind.Method, "ScratchBytes", "public long", "=> Engine.ScratchBytes(in shape);") { Documentation = Inherited, Parameters = [Shape] };
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
            yield return new Member(MemberKind.Method, "Forward", "public void", $"=> Engine.Forward({CallText.Forward(programs.Forward, withOthers: true)}, in shape, result, keyLengths);")
            {
                Documentation = $"<inheritdoc cref=\"{Runtime}.IAttention.Forward(global::System.ReadOnlySpan{{float}}, global::System.ReadOnlySpan{{float}}, global::System.ReadOnlySpan{{float}}, global::System.Span{{float}}, in {Runtime}.AttentionShape, {Runtime}.AttentionResult, global::System.ReadOnlySpan{{int}})\"/>",
                Parameters = [Query, Key, Value, .. others.Select(CallText.Parameter), Destination, Shape, new(Runtime + ".AttentionResult?", "result", Default: "null"), KeyLengths],
            };
        }
    }

    private static IEnumerable<Member> Decoding(AttentionSpec spec)
    {
        // A user's function is a part of what the layer is, beyond its name.
        var function = spec.FeatureMap?.Function is { } f ? $" f(x) = {ProgramText.Describe(f.Body)}" : "";
        yield return new Member(MemberKind.Method, "CreateDecodingState", $"public {Runtime}.DecodingState", "=> Engine.CreateDecodingState(Declaration, streams);")
        {
            Documentation = Inherited,
            Parameters = [new("int", "streams", Default: "1")],
        };
        yield return new Member(MemberKind.Method, "LoadDecodingState", $"public {Runtime}.DecodingState", "=> Engine.LoadDecodingState(Declaration, stream);")
        {
            Documentation = Inherited,
            Parameters = [new("global::System.IO.Stream", "stream")],
        };
        yield return new Member(MemberKind.Constant, "Declaration", "private const string", $"= \"{spec.Describe()}{function}\";") { Documentation = "// What saved states must have been declared as." };
    }

    private static IEnumerable<Member> Engine(LayerPrograms? programs)
    {
        // A constructor that the user wrote and that chains to no generated one leaves the field null.
        yield return new Member(MemberKind.Property, "Engine", $"private {Services}.AttentionEngine", """
            => _engine ?? throw new global::System.InvalidOperationException(
                "This constructor set up no attention. End its declaration with ': this(...)', naming a generated constructor.");
            """) { Documentation = "// Set by every generated constructor; null where another constructor of the type calls none of them." };
        yield return new Member(MemberKind.Method, "CreateEngine", $"private static {Services}.AttentionEngine", $$"""
            {
                if ({{Intrinsics}}.Vector512.IsHardwareAccelerated)
                {
                    return {{Create(512)}};
                }

                if ({{Intrinsics}}.Vector256.IsHardwareAccelerated)
                {
                    return {{Create(256)}};
                }

                return {{Create(128)}};
            }
            """)
        {
            Documentation = "// The widest vectors that this machine computes with. The JIT knows the answers, so only one kernel is ever compiled.",
            Parameters = [new(Runtime + ".Projection?", "projection"), new("global::System.ReadOnlySpan<float>", "hyperparameters", "params")],
        };

        string Create(int bits)
        {
            var factory = programs is not null && CpuBackend.Decodes(programs.Forward) ? "CreateDecoding" : "Create";
            var passes = programs?.GradientNames.Select(pass => $", {Services}.GradientPass.Of<{CpuBackend.GradientsName}{VectorText.Arguments(bits)}.{pass}>()") ?? [];
            return $"{Services}.AttentionEngine.{factory}<{CpuBackend.KernelName}{VectorText.Arguments(bits)}>(\n            projection, hyperparameters{string.Concat(passes)})";
        }
    }

    private static IEnumerable<Member> Backward(LayerPrograms? programs)
    {
        var (forward, gradients) = (programs?.Forward, programs?.Gradients ?? []);
        var given = new[] { new MemberParameter(Query.Type, "outputGradient") };
        var wanted = new[] { "queryGradient", "keyGradient", "valueGradient" }.Select(name => new MemberParameter(Destination.Type, name)).ToList();
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

    private static Member Constant(string type, string name, string value, string summary) =>
        new(MemberKind.Constant, name, $"public const {type}", $"= {value};") { Documentation = Summary(summary) };

    private static Member Explicit(string type, string owner, string name, string value) =>
        new(MemberKind.Property, name, type, $"=> {value};") { ExplicitInterface = $"{Runtime}.{owner}" };

    private static string Draw(AttentionSpec spec) =>
        $"{Runtime}.Projection.{spec.ProjectionDraw}(rows: {Text(spec.ProjectionRows)}, columns: {Text(spec.HeadDim)}, seed)";

    private static string Summary(string text) => $"<summary>{text}</summary>";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(bool flag) => flag ? "true" : "false";
}
