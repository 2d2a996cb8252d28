using System.Globalization;
using KernelGen.Generator.Backends.Cpu;
using KernelGen.Generator.Specs;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator;

/// <summary>
/// Writes the file of one declaration: what a user calls, in front of the kernels that the backend prints. It knows no family; what
/// differs between them is in the spec.
/// </summary>
internal static class LayerEmitter
{
    private const string Runtime = "global::KernelGen";
    private const string Services = "global::KernelGen.CompilerServices";
    private const string Intrinsics = "global::System.Runtime.Intrinsics";

    /// <param name="gradientPasses">The kernels of the backward pass, without the width; see <see cref="GradientEmitter"/>.</param>
    public static string Emit(Declaration declaration, TileProgram program, IReadOnlyList<string> gradientPasses, CancellationToken cancel)
    {
        var (type, spec) = (declaration.Type, declaration.Spec);
        string[] comments =
        [
            $"{spec.Describe()}\nSchedule: {CpuBackend.DescribeSchedule(program)}",
            "The tile program, for one head; logarithms are of base 2:",
            ProgramText.Describe(program),
        ];
        return TypeFile.Write(type, comments, CpuBackend.Usings, $" : {Runtime}.{(spec.ProjectionRows > 0 ? "IRandomFeatureAttention" : "IAttention")}", writer =>
        {
            WriteConstants(writer, spec);
            WriteConstructors(writer, type, spec);
            WriteProperties(writer, spec);
            WriteForward(writer, program);
            WriteDecoding(writer, spec);
            WriteEngine(writer, CpuBackend.Decodes(program) ? "CreateDecoding" : "Create", gradientPasses);
            cancel.ThrowIfCancellationRequested();
            CpuBackend.EmitKernels(writer, program);
        });
    }

    private static void WriteConstants(SourceWriter writer, AttentionSpec spec)
    {
        WriteConstant(writer, "int", "HeadDim", $"{spec.HeadDim}", "d, the numbers in one head's query and key.");
        WriteConstant(writer, "int", "ValueDim", $"{spec.ValueDim}", "dv, the numbers in one head's value and output.");
        if (spec.Features > 0)
        {
            WriteConstant(writer, "int", "Features", $"{spec.Features}", "m, the random features.");
        }

        WriteConstant(writer, "bool", "Causal", spec.Causal ? "true" : "false", "Whether query i sees only keys j ≤ i.");
        if (spec.ProjectionRows > 0)
        {
            WriteConstant(writer, "bool", "Normalize", spec.Normalize ? "true" : "false", "Whether outputs are divided by the sum of their weights.");
        }

        if (spec.Hyperparameter is { Declared: { } declared } number)
        {
            WriteConstant(writer, "double", number.Property, declared.ToString("R", CultureInfo.InvariantCulture), number.Summary);
        }

        writer.Line($"private readonly {Services}.AttentionEngine? _engine;");
        writer.Line();
    }

    private static void WriteConstant(SourceWriter writer, string type, string name, string value, string summary)
    {
        writer.Line($"/// <summary>{summary}</summary>");
        writer.Line($"public const {type} {name} = {value};");
        writer.Line();
    }

    private static void WriteConstructors(SourceWriter writer, TypeTarget type, AttentionSpec spec)
    {
        writer.Line("#pragma warning disable CS8618, CS9264 // What constructors leave null is said at the member (KGEN032).");
        writer.Line("#pragma warning disable CS0612, CS0618 // That a base constructor is obsolete cannot be mended here.");
        writer.Line();
        if (spec.ProjectionRows == 0)
        {
            writer.Line("/// <summary>Makes the layer; exact attention has no parameters.</summary>");
            writer.Line($"public {type.Name}() => _engine = CreateEngine(null);");
            writer.Line();
            return;
        }

        var asks = spec.Hyperparameter is { Declared: null } undeclared ? undeclared : null;
        var parameter = asks is null ? "" : $", double {asks.Parameter}";
        var documentation = asks is null ? "" : $"\n/// <param name=\"{asks.Parameter}\">{asks.Summary}</param>";
        var draw = $"{Runtime}.Projection.{spec.ProjectionDraw}(rows: {spec.ProjectionRows}, columns: {spec.HeadDim}, seed)";
        var hyperparameters = spec.Hyperparameter is { } number ? $", {Services}.LayerParameters.{number.Factory}({(asks is null ? number.Property : asks.Parameter)}, HeadDim)" : "";
        writer.Line($$"""
            /// <summary>Draws the {{spec.ProjectionRows}} random projections. The same seed gives the same layer on every machine.</summary>
            /// <param name="seed">Any number.</param>{{documentation}}
            public {{type.Name}}(ulong seed{{parameter}})
                : this({{draw}}{{(asks is null ? "" : $", {asks.Parameter}")}})
            {
            }

            /// <summary>Uses given projections, such as those of a trained model.</summary>
            /// <param name="projection">{{spec.ProjectionRows}} rows of {{spec.HeadDim}} numbers.</param>{{documentation}}
            /// <exception cref="global::System.ArgumentException">The projections have another size, or no structure where one is needed.</exception>
            public {{type.Name}}({{Runtime}}.Projection projection{{parameter}})
            {
                global::System.ArgumentNullException.ThrowIfNull(projection);
                _engine = CreateEngine(projection{{hyperparameters}});{{(asks is null ? "" : $"\n    {asks.Property} = {asks.Parameter};")}}
            }

            /// <summary>The random projections ω_r in force, [{{spec.ProjectionRows}}, {{spec.HeadDim}}].</summary>
            public {{Runtime}}.Projection Projection => Engine.Projection!;

            /// <inheritdoc/>
            public void Redraw(ulong seed) => Engine.Redraw({{draw}});

            /// <inheritdoc/>
            public void Redraw({{Runtime}}.Projection projection) => Engine.Redraw(projection);

            /// <inheritdoc/>
            public {{Runtime}}.ItemSet CreateItemSet() => Engine.CreateItemSet(FeatureMap, Normalize);

            """);
        WriteFeatureMap(writer, spec.FeatureMap!, spec.Hyperparameter);
        if (asks is not null)
        {
            writer.Line($"/// <summary>{asks.Summary}</summary>");
            writer.Line($"public double {asks.Property} {{ get; }}");
            writer.Line();
        }
    }

    private static void WriteFeatureMap(SourceWriter writer, FeatureMapText map, Hyperparameter? number)
    {
        writer.Line("/// <inheritdoc/>");
        var member = $"{Runtime}.FeatureMap.{map.Member}";
        if (map.Function is { } function)
        {
            writer.Line($"public {Runtime}.FeatureMap FeatureMap {{ get; }} = {member}(");
            using (writer.Indent())
            {
                CpuBackend.EmitScalarFunction(writer, function);
                writer.Line($"epsilon: {CpuBackend.Literal(map.Epsilon)}, name: \"{function.Name}\");");
            }
        }
        else
        {
            writer.Line($"public {Runtime}.FeatureMap FeatureMap => {member}{(number is null ? "" : $"({number.Property})")};");
        }

        writer.Line();
    }

    private static void WriteProperties(SourceWriter writer, AttentionSpec spec) => writer.Line($$"""
        /// <inheritdoc/>
        public int DegreeOfParallelism
        {
            get => Engine.DegreeOfParallelism;
            set => Engine.DegreeOfParallelism = value;
        }

        /// <inheritdoc/>
        public int VectorBits => Engine.VectorBits;

        /// <inheritdoc/>
        public int StateLength => Engine.StateLength;

        int {{Runtime}}.IAttention.HeadDim => HeadDim;

        int {{Runtime}}.IAttention.ValueDim => ValueDim;

        int {{Runtime}}.IAttention.Features => {{(spec.Features > 0 ? "Features" : "0")}};

        bool {{Runtime}}.IAttention.Causal => Causal;
        {{(spec.ProjectionRows > 0 ? $"\nbool {Runtime}.IRandomFeatureAttention.Normalize => Normalize;\n" : "")}}
        """);

    private static void WriteForward(SourceWriter writer, TileProgram program)
    {
        var tensors = CallText.Forward(program, withOthers: false);
        writer.Line($$"""
            /// <inheritdoc/>
            public long ScratchBytes(in {{Runtime}}.AttentionShape shape) => Engine.ScratchBytes(in shape);

            /// <inheritdoc/>
            public void Forward(
                global::System.ReadOnlySpan<float> query,
                global::System.ReadOnlySpan<float> key,
                global::System.ReadOnlySpan<float> value,
                global::System.Span<float> destination,
                in {{Runtime}}.AttentionShape shape,
                global::System.ReadOnlySpan<int> keyLengths = default)
                => Engine.Forward({{tensors}}, in shape, null, keyLengths);

            /// <inheritdoc/>
            public void Forward(
                global::System.ReadOnlySpan<float> query,
                global::System.ReadOnlySpan<float> key,
                global::System.ReadOnlySpan<float> value,
                global::System.Span<float> destination,
                in {{Runtime}}.AttentionShape shape,
                {{Runtime}}.AttentionResult result,
                global::System.ReadOnlySpan<int> keyLengths = default)
            {
                global::System.ArgumentNullException.ThrowIfNull(result);
                Engine.Forward({{tensors}}, in shape, result, keyLengths);
            }

            """);
        if (AttentionOperands.OthersOf([program]).ToList() is { Count: > 0 } others)
        {
            writer.Line($$"""
                /// <inheritdoc cref="{{Runtime}}.IAttention.Forward(global::System.ReadOnlySpan{float}, global::System.ReadOnlySpan{float}, global::System.ReadOnlySpan{float}, global::System.Span{float}, in {{Runtime}}.AttentionShape, {{Runtime}}.AttentionResult, global::System.ReadOnlySpan{int})"/>
                public void Forward(
                    global::System.ReadOnlySpan<float> query,
                    global::System.ReadOnlySpan<float> key,
                    global::System.ReadOnlySpan<float> value,{{CallText.Parameters(others)}}
                    global::System.Span<float> destination,
                    in {{Runtime}}.AttentionShape shape,
                    {{Runtime}}.AttentionResult? result = null,
                    global::System.ReadOnlySpan<int> keyLengths = default)
                    => Engine.Forward({{CallText.Forward(program, withOthers: true)}}, in shape, result, keyLengths);

                """);
        }
    }

    private static void WriteDecoding(SourceWriter writer, AttentionSpec spec)
    {
        // A user's function is a part of what the layer is, beyond its name.
        var function = spec.FeatureMap?.Function is { } f ? $" f(x) = {ProgramText.Describe(f.Body)}" : "";
        writer.Line($$"""
            /// <inheritdoc/>
            public {{Runtime}}.DecodingState CreateDecodingState(int streams = 1) => Engine.CreateDecodingState(Declaration, streams);

            /// <inheritdoc/>
            public {{Runtime}}.DecodingState LoadDecodingState(global::System.IO.Stream stream) => Engine.LoadDecodingState(Declaration, stream);

            // What saved states must have been declared as.
            private const string Declaration = "{{spec.Describe()}}{{function}}";

            """);
    }

    private static void WriteEngine(SourceWriter writer, string factory, IReadOnlyList<string> gradientPasses)
    {
        // A constructor that the user wrote and that chains to no generated one leaves the field null.
        writer.Line($$"""
            // Set by every generated constructor; null where another constructor of the type calls none of them.
            private {{Services}}.AttentionEngine Engine => _engine ?? throw new global::System.InvalidOperationException(
                "This constructor set up no attention. End its declaration with ': this(...)', naming a generated constructor.");

            // The widest vectors that this machine computes with. The JIT knows the answers, so only one kernel is ever compiled.
            private static {{Services}}.AttentionEngine CreateEngine(
                {{Runtime}}.Projection? projection, params global::System.ReadOnlySpan<float> hyperparameters)
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
            """);

        string Create(int bits) =>
            $"{Services}.AttentionEngine.{factory}<Width{bits}>(\n"
            + $"            projection, hyperparameters{string.Concat(gradientPasses.Select(pass => $", {Services}.GradientPass.Of<Gradients{bits}.{pass}>()"))})";
    }
}
