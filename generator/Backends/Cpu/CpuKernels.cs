using System.Globalization;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Rewrites;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>Prints a tile program as C# for CPUs: one struct, generic over the vector that it computes with, all sizes literal.</summary>
internal static class CpuKernels
{
    private static readonly string Version = typeof(CpuKernels).Assembly.GetName().Version.ToString(3);

    /// <summary>
    /// The using directives that the emitted structs rely on, for the top of the file. The underscore keeps the aliases clear of the user's
    /// names, which would win over them.
    /// </summary>
    public static IEnumerable<string> Usings =>
        new[]
        {
            "_CompensatedSums = global::KernelGen.CompilerServices.CompensatedSums",
            "_Hadamard = global::KernelGen.CompilerServices.HadamardTransform",
            "_HeadOperands = global::KernelGen.CompilerServices.HeadOperands",
            "_Operand = global::KernelGen.CompilerServices.Operand",
            "_OperandAccess = global::KernelGen.CompilerServices.OperandAccess",
            "_OperandRows = global::KernelGen.CompilerServices.OperandRows",
            "_OperandSharing = global::KernelGen.CompilerServices.OperandSharing",
            "_OperandSource = global::KernelGen.CompilerServices.OperandSource",
            "_Positions = global::KernelGen.CompilerServices.Positions",
            "_Products = global::KernelGen.CompilerServices.TileProducts",
            "_References = global::KernelGen.CompilerServices.References",
            "_RowProducts = global::KernelGen.CompilerServices.RowProducts",
            "_ShortProducts = global::KernelGen.CompilerServices.ShortProducts",
            "_SumStage = global::KernelGen.CompilerServices.SumStage",
            "_TileCopy = global::KernelGen.CompilerServices.TileCopy",
            "_VectorMath = global::KernelGen.CompilerServices.VectorMath",
            "_MemoryMarshal = global::System.Runtime.InteropServices.MemoryMarshal",
            "_MethodImpl = global::System.Runtime.CompilerServices.MethodImplAttribute",
            "_MethodImplOptions = global::System.Runtime.CompilerServices.MethodImplOptions",
            "_Unsafe = global::System.Runtime.CompilerServices.Unsafe",
        }
        .Select(alias => $"using {alias};");

    /// <summary>The choices of the schedule in one line, for the header of the file.</summary>
    public static string DescribeSchedule(TileProgram program)
    {
        var schedule = new CpuSchedule(program);
        var tiles = Dataflow.Flatten(program.Body)
            .Select(statement => statement is Fold fold ? fold.Loop.Tokens : statement is Parallel parallel ? parallel.Loop.Tokens : null)
            .Where(tokens => tokens is not null)
            .Select(tokens => $"{schedule.TileRows(tokens!)} tokens {tokens}");
        return $"tiles of {string.Join(", ", tiles)}; strips of {schedule.StripRows} rows.";
    }

    /// <summary>Whether the kernels of a program can decode: they then implement IDecodingKernel.</summary>
    public static bool Decodes(TileProgram program) =>
        OneToken.Supports(program)
        && (program.Body[0] is Fold || Dataflow.Looks(program).Any());

    /// <summary>The name of the kernel of a forward pass.</summary>
    public const string KernelName = "CpuKernel";

    /// <summary>The name of the class that has the kernels of a backward pass.</summary>
    public const string GradientsName = "CpuGradients";

    /// <summary>Writes the kernel of a forward pass into the open body of a class.</summary>
    public static void EmitKernels(SourceWriter writer, TileProgram program)
    {
        WithoutNullability(writer);
        writer.Line();
        var text = new KernelText();
        EmitKernel(writer, program, text, $"private readonly struct {KernelName}{VectorText.Parameters}", VectorText.Constraints, () =>
            text.Emit(writer));
    }

    /// <summary>Writes a class with a struct for each program and the methods that they share.</summary>
    /// <param name="name">The class's name.</param>
    public static void EmitKernels(
        SourceWriter writer, string name, string summary, IReadOnlyList<(string Name, TileProgram Program)> programs)
    {
        WithoutNullability(writer);
        var text = new KernelText();
        writer.Line();
        writer.Line($"/// <summary>{summary}.</summary>");
        using (writer.Block($"private static class {name}{VectorText.Parameters}{VectorText.Constraints}"))
        {
            foreach (var (own, program) in programs)
            {
                EmitKernel(writer, program, text, $"internal readonly struct {own}", "", static () => { });
                writer.Line();
            }

            text.Emit(writer);
        }
    }

    private static void WithoutNullability(SourceWriter writer)
    {
        writer.Line();
        writer.Line("#nullable disable // The search for null references would take the compiler a third of its time.");
    }

    private static void EmitKernel(
        SourceWriter writer, TileProgram program, KernelText text, string declaration, string constraints, Action emitMethods)
    {
        var schedule = new CpuSchedule(program);
        var states = new StateEmitter(schedule, text);
        var state = program.State;
        var query = program[AttentionOperands.QueryName];
        var value = program[AttentionOperands.ValueName];
        var projections = program.Parameters.FirstOrDefault(parameter => parameter is not Rotation);
        var fold = program.Fold;

        // A scan's own stores are the outputs, and only what its state needs is done to split it.
        var isScan = program.IsScan;
        var outputs = program.Outputs.ToList();
        var ofKeys = outputs.SelectMany(output => Dataflow.Flatten(output.Body()))
            .Any(statement => statement is Store { Destination.IsOfKeys: true });
        var isForward = program.IsForward;
        var exported = isForward ? state : null; // nobody keeps what a gradient summed up

        // A scan's short calls need its own body only.
        var shortCall = ShortCall.Of(program);
        var accumulate = new SourceWriter();
        BodyEmitter? keys = null;
        if (fold is not null)
        {
            keys = new BodyEmitter(schedule, program, text, accumulate, SliceToState.Of(program).Body, isScan ? null : shortCall);
        }

        var output = new SourceWriter();
        var queries = new BodyEmitter(schedule, program, text, output, outputs, shortCall);
        var scratch = Math.Max(queries.ScratchFloats, keys?.ScratchFloats ?? 0);
        foreach (var body in new[] { keys, queries })
        {
            body?.PlaceShortCall(scratch);
            body?.Emit();
        }

        var decoding = isForward && Decodes(program) ? new DecodingEmitter(program, text) : null;
        var outermost = outputs[0] is Fold outer ? outer.Loop.Tokens : ((Parallel)outputs[0]).Loop.Tokens;
        writer.Line(
            "/// <summary>The kernel: one head, every size a literal, at the width of the vector that it is compiled for.</summary>");
        writer.Line($"[global::System.CodeDom.Compiler.GeneratedCode(\"KernelGen\", \"{Version}\")]");
        using (writer.Block($"{declaration} : global::KernelGen.CompilerServices.{(decoding is null ? "IAttentionKernel" : "IDecodingKernel")}{constraints}"))
        {
            Constant("HeadDim", query.Columns.Size);
            Constant("ValueDim", value.Columns.Size);
            Constant("Features", state?.Axis.Size ?? 0);
            writer.Line($"public static int Lanes => {VectorText.Lanes};");
            Constant("TileRows", schedule.TileRows(outermost));
            Constant("ProjectionRows", projections?.Rows.Size ?? 0);
            Constant("ParameterFloats", schedule.ParameterFloats(program));
            Constant("StateFloats", schedule.StateFloats(state));
            Constant("ExportedStateFloats", StateEmitter.ExportedFloats(exported));
            Constant("ScratchFloats", Math.Max(queries.ScratchFloats, keys?.ScratchFloats ?? 0));
            if (shortCall is not null)
            {
                Constant("ShortTokens", schedule.ShortTokens);
            }

            Flag("Causal", isScan);
            if (SightText.Between(program).Count > 0 || program.RotatesTokens)
            {
                Flag("ComparesPositions", true);
            }

            if (isForward && SightText.Limits(program) is { } limits)
            {
                writer.Line($"public static global::KernelGen.CompilerServices.ShapeLimits Limits => {limits};");
            }

            Flag("NeedsHadamard", projections?.Form == ParameterForm.Transform);
            if (ofKeys)
            {
                Flag("OutputsKeys", true);
            }

            if (outputs[0] is Parallel { Loop.To: TokenIndex.Length { Operand.Positions: { } positions } })
            {
                Constant("OutputPositions", positions);
            }

            writer.Line();
            new OperandTable(program).EmitList(writer);
            writer.Line();
            Pack(writer, schedule, program);
            writer.Line();
            states.EmitInit(writer, state);
            writer.Line();
            writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
            using (writer.Block(
                "public static void Accumulate(in _HeadOperands head, int from, int to, ref float state, ref float scratch)"))
            {
                writer.Line(accumulate.ToString().TrimEnd('\n'));
            }

            writer.Line();
            writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
            using (writer.Block("public static void Output(in _HeadOperands head, int from, int to, ref float state, ref float scratch)"))
            {
                writer.Line(output.ToString().TrimEnd('\n'));
            }

            writer.Line();
            states.EmitMerge(writer, state);
            writer.Line();
            states.EmitExport(writer, exported);
            if (decoding is not null)
            {
                writer.Line();
                decoding.Emit(writer);
            }

            emitMethods();
        }

        void Flag(string name, bool flag) => writer.Line($"public static bool {name} => {(flag ? "true" : "false")};");

        void Constant(string name, int constant) =>
            writer.Line($"public static int {name} => {constant.ToString(CultureInfo.InvariantCulture)};");
    }

    private static void Pack(SourceWriter writer, CpuSchedule schedule, TileProgram program)
    {
        using (writer.Block(
            "public static void PackParameters(global::KernelGen.Projection projection, global::System.ReadOnlySpan<float> hyperparameters, global::System.Span<float> packed)"))
        {
            if (program.Parameters.Count > 0)
            {
                writer.Line("packed.Clear();");
            }

            foreach (var parameter in program.Parameters)
            {
                writer.Line(ParameterText.Pack(
                    parameter, schedule.ParameterOffset(program, parameter), schedule.Stride(parameter),
                    schedule.IsTransposed(parameter), asTransform: true));
            }
        }
    }
}
