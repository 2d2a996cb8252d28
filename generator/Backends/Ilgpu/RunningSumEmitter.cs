using System.Globalization;
using KernelGen.Generator.Layers;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>
/// Emits a class with two kernels, which do on a device what the engine does in double on CPUs: one adds up the running sums of a call
/// before its kernels run, and one makes, after those of a backward call, the gradient of what was added up.
/// </summary>
/// <remarks>
/// Not every GPU has doubles: sums are two floats, and three while they are added up. A group has a head. Each of its threads adds up a run
/// of tokens, the group adds up the runs before each, and each thread goes through its run again: of a million tokens a thread has four
/// thousand. Runs follow from the length of the call alone, so what is added up to a token does not depend on those after it, to the bit.
/// </remarks>
internal sealed class RunningSumEmitter
{
    private const string Runtime = "global::KernelGen";
    private const string Services = "global::KernelGen.CompilerServices";
    private const string IntMath = "global::ILGPU.IntrinsicMath";

    private readonly DeviceFunctions _functions = new();
    private readonly Summands _summands;

    // The sum and what it has lost; and, where anybody can ask for it, the gradient of the sum and what is made of that.
    private readonly Operand _sum, _lost;
    private readonly Operand? _gradient, _wanted;

    private RunningSumEmitter(IReadOnlyList<Operand> sums)
    {
        var read = sums.Where(operand => operand.Access == OperandAccess.Read).ToList();
        (_sum, _lost) = (read[0], read[1]);
        _gradient = sums.SingleOrDefault(operand => operand.Access == OperandAccess.Write);
        _wanted = _gradient?.SumOf!.Operand;
        _summands = _sum.SumOf!;
    }

    /// <summary>Those of a layer; null where it has none.</summary>
    public static RunningSumEmitter? Of(LayerPrograms programs)
    {
        var sums = programs.All.SelectMany(program => program.Operands).Where(operand => operand.Source == OperandSource.RunningSum)
            .GroupBy(operand => operand.Name).Select(same => same.First()).ToList();
        return sums.Count == 0 ? null : new RunningSumEmitter(sums);
    }

    /// <summary>What a call says where it is.</summary>
    public IEnumerable<Operand> Operands => _gradient is null ? [_sum, _lost] : [_sum, _lost, _gradient];

    /// <summary>What callers hand in that is added up, if anything.</summary>
    public Operand? Summand => _summands.Operand;

    /// <summary>Whether an operand is the gradient of what is added up, which no kernel of a pass writes.</summary>
    public bool Makes(Operand operand) => operand.Name == _wanted?.Name;

    /// <summary>The numbers of each query that a call takes.</summary>
    public int Numbers(bool isBackward) => isBackward && _gradient is not null ? 3 : 2;

    /// <summary>The floats that a call takes: what the groups of passes need, and then the sums.</summary>
    /// <param name="passes">The classes of those that read sums.</param>
    /// <param name="isBackward">Whether it is a backward call.</param>
    public string Length(IReadOnlyList<string> passes, bool isBackward) =>
        $"{FirstSum(passes)} + (Queries(shape) * {Text(Numbers(isBackward))})";

    /// <summary>Statements that take the memory of a call, <c>sums</c>, in which the sums are from the float <c>firstSum</c> on.</summary>
    /// <inheritdoc cref="Length"/>
    public IEnumerable<string> TakeMemory(IReadOnlyList<string> passes, bool isBackward)
    {
        yield return $"var firstSum = {FirstSum(passes)};";
        yield return $"var sums = SumMemory(stream, firstSum + (Queries(shape) * {Text(Numbers(isBackward))}));";
    }

    /// <summary>The statement before the kernels of a call.</summary>
    public static string SumUp => "_runningSums.SumUp(stream, in call, shape, sums);";

    /// <summary>What says in a call where they are.</summary>
    public IEnumerable<string> InCall(bool isBackward)
    {
        yield return $"{LauncherEmitter.Place(_sum.Name)} = {PlaceOf(0)},";
        yield return $"{LauncherEmitter.Place(_lost.Name)} = {PlaceOf(1)},";
        if (isBackward && _gradient is not null)
        {
            yield return
                $"{LauncherEmitter.Place(_gradient.Name)} = {_wanted!.Name}.Length > 0 ? {PlaceOf(2)} : _GpuPlace.Unwanted,";
        }
    }

    /// <summary>The statements after the kernels of a backward call; none where nobody can ask for the gradient.</summary>
    /// <param name="entry">Of the gradient, in the list of operands.</param>
    public IEnumerable<string> AfterGradients(Func<Operand, string> entry)
    {
        if (_wanted is not null)
        {
            var (gradient, place) = (LauncherEmitter.Property(_wanted.Name), LauncherEmitter.Place(_wanted.Name));
            yield return
                $"Clear(stream, call.{gradient}, call.{place}, {entry(_wanted)}, shape, in call, isSum: false, byKeys: false, byQueries: true);";
            yield return "_runningSums.MakeGradient(stream, in call, shape, sums);";
        }
    }

    /// <summary>Writes the class.</summary>
    public void Emit(SourceWriter writer)
    {
        writer.Line("""
            /// <summary>
            /// How much is left of the sums of each head at each of its tokens, as logarithms of base 2 in two floats, which the kernels read; and
            /// the gradient of what was added up.
            /// </summary>
            """);
        using (writer.Block("internal sealed class RunningSums : global::System.IDisposable"))
        {
            Members(writer);
            SumKernel(writer);
            if (_wanted is not null)
            {
                GradientKernel(writer);
            }

            foreach (var function in _functions.Methods)
            {
                writer.Line();
                writer.Line(function);
            }
        }
    }

    private void Members(SourceWriter writer)
    {
        writer.Line("private readonly _Accelerator _accelerator;");
        writer.Line("private readonly global::System.Action<_Stream, _KernelConfig, _Floats, _Floats, _Ints, _GpuShape> _sum;");
        if (_wanted is not null)
        {
            writer.Line("private global::System.Action<_Stream, _KernelConfig, _Floats, _Floats, _Ints, _GpuShape>? _gradient;");
        }

        if (_summands.Constants is not null)
        {
            writer.Line("private readonly _FloatBuffer _constants;");
        }

        writer.Line();
        using (writer.Block("internal RunningSums(_Accelerator accelerator)"))
        {
            writer.Line("_accelerator = accelerator;");
            writer.Line("_sum = _KernelLoaders.LoadKernel<_Floats, _Floats, _Ints, _GpuShape>(accelerator, Sum);");
            if (_summands.Constants is { } constants)
            {
                writer.Line($$"""
                    float[] constants = [{{string.Join(", ", constants.Select(number => ExprPrinter.Literal(number)))}}];
                    _constants = accelerator.Allocate1D<float>(constants.Length);
                    _Views.CopyFromCPU(_constants.View, accelerator.DefaultStream, constants);
                    accelerator.DefaultStream.Synchronize();
                    """);
            }
        }

        var (summands, place) = _summands.Operand is { } operand
            ? ($"call.{LauncherEmitter.Property(operand.Name)}", $"call.{LauncherEmitter.Place(operand.Name)}")
            : ("_constants.View", "_GpuPlace.OfConstants");
        writer.Line();
        writer.Line("/// <summary>Queues the sums of a call.</summary>");
        Queue(
            writer, "SumUp", "_sum", $"{summands}, sums",
            $"{place}, call.{LauncherEmitter.Place(_sum.Name)}, call.{LauncherEmitter.Place(_lost.Name)}", "");
        if (_wanted is not null)
        {
            var wanted = $"call.{LauncherEmitter.Place(_wanted.Name)}";
            writer.Line();
            writer.Line("/// <summary>Queues the gradient of what a call has added up, if it is wanted.</summary>");
            Queue(
                writer, "MakeGradient", "_gradient", $"sums, call.{LauncherEmitter.Property(_wanted.Name)}",
                $"call.{LauncherEmitter.Place(_gradient!.Name)}, {wanted}", $$"""
                if (!{{wanted}}.IsWanted)
                {
                    return;
                }

                _gradient ??= _KernelLoaders.LoadKernel<_Floats, _Floats, _Ints, _GpuShape>(_accelerator, Gradient);
                """);
        }

        writer.Line();
        writer.Line("/// <inheritdoc/>");
        writer.Line(_summands.Constants is null ? "public void Dispose()\n{\n}" : "public void Dispose() => _constants.Dispose();");
    }

    private static void Queue(SourceWriter writer, string name, string kernel, string views, string places, string first)
    {
        using (writer.Block($"internal void {name}(_Stream stream, in Call call, {Runtime}.AttentionShape shape, _Floats sums)"))
        {
            if (first.Length > 0)
            {
                writer.Line(first);
            }

            writer.Line($$"""
                var tokens = (shape.QueryLength + {{Threads - 1}}) / {{Threads}};
                {{kernel}}(
                    stream, new _KernelConfig(shape.Batch * shape.Heads, {{Threads}}), {{views}}, call.QueryLengths,
                    call.ShapeOf(_GpuPart.All(shape), tokens, 1, 0, {{places}}));
                """);
        }
    }

    private void SumKernel(SourceWriter writer)
    {
        var toBase2 = _functions.Use("TwoFloatsOfBase2", 1);
        writer.Line();
        writer.Line($$"""
            /// <summary>
            /// The sums of a head, a group a head: numbers below {{ExprPrinter.Literal(Summands.Least)}} count as that, and those above 0, by which sums would grow, as NaN.
            /// </summary>
            """);
        Kernel(
            writer, "Sum", "_Floats summands, _Floats sums",
            [
                "var source = shape.Place0.Base(sequence, head);",
                "var target = shape.Place1.Base(sequence, head);",
                "var lostTarget = shape.Place2.Base(sequence, head);",
            ],
            $"var (x, x2) = {toBase2}(Within(summands[source + ((long)i * shape.Place0.RowStride)]));",
            ["sums[target + i] = sum;", "sums[lostTarget + i] = rest2;"]);
        writer.Line();
        var least = ExprPrinter.Literal(Summands.Least);
        writer.Line(
            $"private static float Within(float logarithm) => logarithm < {least} ? {least} : logarithm > 0f ? float.NaN : logarithm;");
    }

    private void GradientKernel(SourceWriter writer)
    {
        var restOfSum = _functions.Use("RestOfSum", 3);
        writer.Line();
        writer.Line("""
            /// <summary>The gradient of what was added up at each token of a head: the sum of those of all sums that have it in them, from the last token on.</summary>
            """);
        Kernel(
            writer, "Gradient", "_Floats sums, _Floats gradient",
            [
                "var last = shape.Place0.Base(sequence, head) + count - 1;",
                "var target = shape.Place1.Base(sequence, head) + ((long)(count - 1) * shape.Place1.RowStride);",
            ],
            "var (x, x2) = (sums[last - i], 0f);",
            [
                "var at = target - ((long)i * shape.Place1.RowStride);",
                "var before = shape.AddsGradients != 0 ? gradient[at] : 0f;",
                "var total = before + sum;",
                $"gradient[at] = total + ({restOfSum}(before, sum, total) + rest2);",
            ]);
    }

    /// <summary>A kernel over the tokens of a head: the i-th adds x and x2, and stores sum and rest2 then.</summary>
    private void Kernel(
        SourceWriter writer, string name, string views, IReadOnlyList<string> places, string load, IReadOnlyList<string> store)
    {
        var sumOf = _functions.Use("SumOfThreeFloats", 6);
        var add = $"(sum, rest2, rest3) = {sumOf}(sum, rest2, rest3, x, x2, 0f);";
        using (writer.Block($"internal static void {name}({views}, _Ints queryLengths, _GpuShape shape)"))
        {
            writer.Line($$"""
                var thread = _Group.IdxX;
                var sequence = _Grid.IdxX / shape.Heads;
                var head = _Grid.IdxX % shape.Heads;
                var count = shape.QueryLength;
                if (shape.HasQueryLengths != 0)
                {
                    count = {{IntMath}}.Clamp(queryLengths[sequence], 0, count);
                }

                var from = {{IntMath}}.Min(thread * shape.SpanTokens, count);
                var to = {{IntMath}}.Min(from + shape.SpanTokens, count);
                """);
            foreach (var place in places)
            {
                writer.Line(place);
            }

            writer.Line($"var shared = _SharedMemory.Allocate<float>({Text(3 * Threads)});");
            writer.Line("var (sum, rest2, rest3) = (0f, 0f, 0f);");
            using (writer.Block("for (var i = from; i < to; i++)"))
            {
                writer.Line(load);
                writer.Line(add);
            }

            writer.Line();
            writer.Line("// The runs up to the thread's: each step doubles how many of them are in its sum.");
            Share();
            using (writer.Block($"for (var step = 1; step < {Text(Threads)}; step *= 2)"))
            {
                writer.Line("_Group.Barrier();");
                writer.Line("var (x, x2, x3) = (0f, 0f, 0f);");
                using (writer.Block("if (thread >= step)"))
                {
                    writer.Line("x = shared[thread - step];");
                    writer.Line($"x2 = shared[{Text(Threads)} + thread - step];");
                    writer.Line($"x3 = shared[{Text(2 * Threads)} + thread - step];");
                }

                writer.Line();
                writer.Line("_Group.Barrier();");
                writer.Line($"(sum, rest2, rest3) = {sumOf}(x, x2, x3, sum, rest2, rest3);");
                Share();
            }

            writer.Line();
            writer.Line("_Group.Barrier();");
            writer.Line("(sum, rest2, rest3) = (0f, 0f, 0f);");
            using (writer.Block("if (thread > 0)"))
            {
                writer.Line("sum = shared[thread - 1];");
                writer.Line($"rest2 = shared[{Text(Threads - 1)} + thread];");
                writer.Line($"rest3 = shared[{Text((2 * Threads) - 1)} + thread];");
            }

            writer.Line();
            using (writer.Block("for (var i = from; i < to; i++)"))
            {
                writer.Line(load);
                writer.Line(add);
                foreach (var line in store)
                {
                    writer.Line(line);
                }
            }
        }

        void Share()
        {
            writer.Line("shared[thread] = sum;");
            writer.Line($"shared[{Text(Threads)} + thread] = rest2;");
            writer.Line($"shared[{Text(2 * Threads)} + thread] = rest3;");
        }
    }

    private static int Threads => GroupMemory.Threads;

    private static string FirstSum(IReadOnlyList<string> passes) => passes
        .Select(pass => $"{pass}.FirstSum(shape, _accelerator.NumMultiprocessors)")
        .Aggregate((one, other) => $"global::System.Math.Max({one}, {other})");

    private static string PlaceOf(int index) => $"_GpuPlace.OfKept(firstSum + (Queries(shape) * {Text(index)}), shape.QueryLength, shape)";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
