using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// Emits a product with projections that are lengths · H·D₃·H·D₂·H·D₁: for each vector of tokens, and each block of P projections, three rounds
/// of signs and a fast Walsh–Hadamard transform, P·log2 P additions each. Tokens lie in the lanes, so that no butterfly crosses them; tiles
/// have their numbers in the lanes, so tokens are transposed on the way in and features on the way out.
/// </summary>
internal sealed class HadamardEmitter
{
    private const int Rounds = 3;

    private readonly CpuTarget _target;
    private readonly KernelText _text;
    private readonly HadamardLayout _layout;
    private readonly int _columns, _strideA, _strideC;

    private HadamardEmitter(CpuSchedule schedule, KernelText text, MatMul product, int strideA, int strideC)
    {
        _target = schedule.Target;
        _text = text;
        _layout = new HadamardLayout((Parameter)product.B);
        _columns = product.A.Columns.Size;
        (_strideA, _strideC) = (strideA, strideC);
    }

    /// <summary>Floats of scratch memory: a vector of tokens on the way in, and the block that is being transformed.</summary>
    public static int WorkFloats(CpuTarget target, Parameter projections) => 2 * new HadamardLayout(projections).Padded * target.Lanes;

    /// <summary>
    /// The name of the method. It takes references to A, the packed projections, C and scratch memory, and the rows of A.
    /// </summary>
    public static string Add(CpuSchedule schedule, KernelText text, MatMul product, int strideA, int strideC)
    {
        var emitter = new HadamardEmitter(schedule, text, product, strideA, strideC);
        return text.Add("TransformWith" + product.B.Name, emitter.Emit);
    }

    private string Emit(string name)
    {
        var writer = new SourceWriter();
        var (lanes, p) = (_target.Lanes, _layout.Padded);
        var passes = Passes();
        writer.Line($"// c = a · Wᵀ, a row of c being lengths · H·D₃·H·D₂·H·D₁·x for each block of {p} projections: {lanes} tokens at a time, side by side.");
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {name}(ref float a, ref float w, ref float c, ref float work, int rows)"))
        {
            writer.Line($"ref var x = ref work; // [{p} × {lanes}]");
            writer.Line($"ref var y = ref _Unsafe.Add(ref work, {p * lanes}); // [{p} × {lanes}]");
            if (_columns < p)
            {
                writer.Line($"_MemoryMarshal.CreateSpan(ref _Unsafe.Add(ref x, {_columns * lanes}), {(p - _columns) * lanes}).Clear();");
            }

            using (writer.Block($"for (nint i = 0; i < rows; i += {lanes})"))
            {
                writer.Line($"_TileCopy.LoadTransposed(ref _Unsafe.Add(ref a, i * {_strideA}), {_strideA}, global::System.Math.Min({lanes}, rows - (int)i), {_columns}, ref x, {lanes});");
                using (writer.Block($"for (nint j = 0; j < {_layout.Rows}; j += {p})"))
                {
                    writer.Line($"ref var signs = ref _Unsafe.Add(ref w, {Rounds} * j);");
                    for (var round = 0; round < Rounds; round++)
                    {
                        writer.Line($"// y = H·D{"₁₂₃"[round]}·{(round == 0 ? "x" : "y")}{(round == Rounds - 1 ? ", times the lengths" : "")}");
                        for (var pass = 0; pass < passes.Count; pass++)
                        {
                            var isFirst = pass == 0;
                            var isLast = pass == passes.Count - 1 && round == Rounds - 1;
                            var method = Pass(passes[pass], isFirst, isLast);
                            writer.Line($"{method}(ref {(round == 0 && isFirst ? "x" : "y")}, ref y"
                                + (isFirst ? $", ref _Unsafe.Add(ref signs, {round * p})" : "")
                                + (isLast ? $", ref _Unsafe.Add(ref w, {_layout.LengthOffset} + j)" : "") + ");");
                        }
                    }

                    var features = _layout.Rows % p == 0 ? $"{p}" : $"global::System.Math.Min({p}, {_layout.Rows} - (int)j)";
                    writer.Line($"_TileCopy.Transpose(ref y, {lanes}, {features}, {lanes}, ref _Unsafe.Add(ref c, (i * {_strideC}) + j), {_strideC});");
                }
            }
        }

        return writer.ToString();
    }

    /// <summary>The passes of one transform as (distance of the elements of a butterfly, how many it has): what fits the registers at a time.</summary>
    private IReadOnlyList<(int Distance, int Radix)> Passes()
    {
        var stages = Log2(_layout.Padded);
        var most = _target.Bits == 512 ? 4 : 3;
        var count = Math.Max(1, (stages + most - 1) / most);
        var passes = new List<(int, int)>();
        var distance = 1;
        for (var pass = 0; pass < count; pass++)
        {
            var radix = 1 << ((stages / count) + (pass < stages % count ? 1 : 0));
            passes.Add((distance, radix));
            distance *= radix;
        }

        return passes;
    }

    private string Pass((int Distance, int Radix) pass, bool hasSigns, bool hasLengths) => _text.Add("Butterflies", name =>
    {
        var writer = new SourceWriter();
        var (distance, radix) = pass;
        var (lanes, simd) = (_target.Lanes, _target.Simd);
        var step = distance * lanes;
        var total = _layout.Padded * lanes;
        writer.Line($"// to = H{radix} over every {radix} rows that are {distance} apart"
            + $"{(hasSigns ? ", of the rows times their signs" : "")}{(hasLengths ? ", times their lengths" : "")}.");
        writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block(
            $"private static void {name}(ref float from, ref float to{(hasSigns ? ", ref float sign" : "")}{(hasLengths ? ", ref float length" : "")})"))
        {
            var scopes = new Stack<SourceWriter.Scope>();
            if (radix * step < total)
            {
                scopes.Push(writer.Block($"for (nint o = 0; o < {total}; o += {radix * step})"));
            }
            else
            {
                writer.Line("const int o = 0;");
            }

            if (distance > 1)
            {
                scopes.Push(writer.Block($"for (nint i = o; i < o + {step}; i += {lanes})"));
            }
            else
            {
                writer.Line("var i = o;");
            }

            for (var r = 0; r < radix; r++)
            {
                var sign = hasSigns ? $" * _Unsafe.Add(ref sign, (i / {lanes}) + {r * distance})" : "";
                writer.Line($"var v{r} = {simd}.LoadUnsafe(ref _Unsafe.Add(ref from, i + {r * step})){sign};");
            }

            for (var half = 1; half < radix; half *= 2)
            {
                for (var r = 0; r < radix; r++)
                {
                    if ((r & half) == 0)
                    {
                        writer.Line($"(v{r}, v{r + half}) = (v{r} + v{r + half}, v{r} - v{r + half});");
                    }
                }
            }

            for (var r = 0; r < radix; r++)
            {
                var length = hasLengths ? $" * _Unsafe.Add(ref length, (i / {lanes}) + {r * distance})" : "";
                writer.Line($"{simd}.StoreUnsafe(v{r}{length}, ref _Unsafe.Add(ref to, i + {r * step}));");
            }

            while (scopes.Count > 0)
            {
                scopes.Pop().Dispose();
            }
        }

        return writer.ToString();
    });

    private static int Log2(int powerOfTwo)
    {
        var log = 0;
        while (1 << log < powerOfTwo)
        {
            log++;
        }

        return log;
    }
}
