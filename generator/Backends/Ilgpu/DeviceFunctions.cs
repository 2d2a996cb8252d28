using KernelGen.Generator.Expressions;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>The functions of one number that the kernels of a file call, each written once.</summary>
internal sealed class DeviceFunctions
{
    private readonly Dictionary<string, string> _texts = new();
    private readonly List<ScalarFunction> _kernelFunctions = new();

    /// <summary>All methods, in the order in which they were asked for.</summary>
    public IEnumerable<string> Methods => _texts.Values;

    /// <summary>The name of an elementary function. NaN stays NaN in each.</summary>
    public string Use(string name, int operands)
    {
        var method = operands == 2 && name == "Exp2" ? "FlushedExp2" : name;
        if (_texts.ContainsKey(method))
        {
            return method;
        }

        foreach (var part in Parts(method))
        {
            Use(part, 1);
        }

        _texts[method] = method switch
        {
            "FlushedExp2" => "// 2^x, exactly 0 below the bound.\nprivate static float FlushedExp2(float x, float flushBelow) => x < flushBelow ? 0f : _Intrinsic.Exp2(x);",
            "Exp2" => "// 2^x, 0 instead of subnormals.\nprivate static float Exp2(float x) => x < -126f ? 0f : _Intrinsic.Exp2(x);",
            "Exp" => "private static float Exp(float x) => x < -87.3f ? 0f : _Intrinsic.Exp2(x * 1.44269502f);",
            "Log" => "private static float Log(float x) => _Intrinsic.Log2(x) * 0.693147182f;",
            // The sum is taken only where one is NaN, and is NaN then.
            "Max" => "private static float Max(float x, float y) => x > y ? x : x <= y ? y : x + y;",
            "Min" => "private static float Min(float x, float y) => x < y ? x : x >= y ? y : x + y;",
            "Abs" => "private static float Abs(float x) => global::ILGPU.IntrinsicMath.Abs(x);",
            "CopySign" => "private static float CopySign(float size, float sign) => global::ILGPU.Interop.IntAsFloat((global::ILGPU.Interop.FloatAsInt(size) & 0x7FFFFFFFu) | (global::ILGPU.Interop.FloatAsInt(sign) & 0x80000000u));",
            "UpperBits" => "// The number cut to 12 bits: products of two such have no rounding.\nprivate static float UpperBits(float x) => global::ILGPU.Interop.IntAsFloat(global::ILGPU.Interop.FloatAsInt(x) & 0xFFFFF000u);",
            "FusedMultiplyAdd" => FusedMultiplyAdd,
            "RestOfSum" => RestOfSum,
            "SumOfThreeFloats" => SumOfThreeFloats,
            "TwoFloatsOfBase2" => TwoFloatsOfBase2,
            "Erf" => Erf,
            "Tanh" => Tanh,
            "Sin" => Sin,
            "Cos" => Cos,
            "SineOfTurn" => SineOfTurn,
            "MultiplyTiles" => MultiplyTiles,
            "RoundToTensor" => RoundToTensor,
            "RestOfRounding" =>
                "// What rounding took away, itself rounded.\nprivate static uint RestOfRounding(float x) => RoundToTensor(x - global::ILGPU.Interop.IntAsFloat(RoundToTensor(x)));",
            _ => $"private static float {method}(float x) => _Intrinsic.{method}(x);",
        };
        return method;
    }

    /// <summary>The name of the method of a kernel function.</summary>
    public string Use(ScalarFunction function)
    {
        var index = _kernelFunctions.IndexOf(function);
        if (index < 0)
        {
            index = _kernelFunctions.Count;
            _kernelFunctions.Add(function);
            var writer = new SourceWriter();
            writer.Line($"// {function.Name}: f(x) = {ProgramText.Describe(function.Body)}");
            using (writer.Block($"private static float {Name(index)}(float x)"))
            {
                var printer = new IlgpuPrinter(writer, tile => throw new NotSupportedException($"{tile}"), PositionText.Nowhere, this);
                writer.Line($"return {printer.Print(function.Body)};");
            }

            _texts[Name(index)] = writer.ToString().TrimEnd('\n');
        }

        return Name(index);
    }

    /// <summary>What the text of a function calls.</summary>
    private static string[] Parts(string method) => method switch
    {
        "Sin" or "Cos" => ["SineOfTurn", "Floor"],
        "Tanh" or "SineOfTurn" => ["Floor"],
        "RestOfRounding" => ["RoundToTensor"],
        "FusedMultiplyAdd" => ["UpperBits"],
        "SumOfThreeFloats" => ["RestOfSum"],
        "TwoFloatsOfBase2" => ["UpperBits", "RestOfSum"],
        _ => [],
    };

    private static string Name(int index) => index == 0 ? "KernelFunction" : $"KernelFunction{index + 1}";

    private const string RoundToTensor = """
        // The bits of x with 10 bits of mantissa: tensor cores would cut, not round.
        private static uint RoundToTensor(float x)
        {
            global::ILGPU.Runtime.Cuda.Output<uint> rounded = default;
            global::ILGPU.Runtime.Cuda.Input<float> exact = x;
            _CudaAsm.EmitRef("cvt.rna.tf32.f32 %0, %1;", ref rounded, ref exact);
            return rounded.Value;
        }
        """;

    private const string MultiplyTiles = """
        // A warp's sums of 16 × 8 numbers plus a product of 16 × 8 and 8 × 8.
        private static _Float4 MultiplyTiles(_Float4 sum, uint a0, uint a1, uint a2, uint a3, uint b0, uint b1)
        {
            global::ILGPU.Runtime.Cuda.Ref<float> x = sum.X, y = sum.Y, z = sum.Z, w = sum.W;
            global::ILGPU.Runtime.Cuda.Input<uint> left0 = a0, left1 = a1, left2 = a2, left3 = a3, right0 = b0, right1 = b1;
            _CudaAsm.EmitRef(
                "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};",
                ref x, ref y, ref z, ref w, ref left0, ref left1, ref left2, ref left3, ref right0, ref right1);
            return new _Float4(x.Value, y.Value, z.Value, w.Value);
        }
        """;

    // ILGPU's own takes its algorithms package. Products of upper bits are exact, so it is the same whether a device fuses them with sums.
    private const string FusedMultiplyAdd = """
        // a·b + c, rounded once: the product as p + rest, whose error is 2⁻³⁶ of it, and the sum with what it has lost.
        private static float FusedMultiplyAdd(float a, float b, float c)
        {
            var scale = 1f;
            if (global::ILGPU.IntrinsicMath.Abs(a * b) > 1e37f)
            {
                // The product may overflow, the sum need not.
                scale = 1.84467441e+19f;
                var first = global::ILGPU.IntrinsicMath.Abs(a) > global::ILGPU.IntrinsicMath.Abs(b);
                a = first ? a * 5.42101086e-20f : a;
                b = first ? b : b * 5.42101086e-20f;
                c *= 5.42101086e-20f;
            }

            var p = UpperBits(a * b);
            var sum = p + c;
            if (!(global::ILGPU.IntrinsicMath.Abs(sum) <= 3.40282347e+38f))
            {
                return sum;
            }

            var upperA = UpperBits(a);
            var upperB = UpperBits(b);
            var lowerA = a - upperA;
            var lowerB = b - upperB;
            var rest = ((upperA * upperB) - p) + ((upperA * lowerB) + (lowerA * upperB)) + (lowerA * lowerB);
            var back = sum - p;
            return (sum + (((p - (sum - back)) + (c - back)) + rest)) * scale;
        }
        """;

    private const string RestOfSum = """
        // What rounding took away from x + y, exactly (Knuth's two-sum).
        private static float RestOfSum(float x, float y, float sum)
        {
            var added = sum - x;
            var rest = (x - (sum - added)) + (y - added);
            return rest < float.PositiveInfinity ? rest : 0f; // NaN where the sum is infinite.
        }
        """;

    // Two floats are too few to go on from: roundings of the second go one way where tokens are equal, and add up.
    private const string SumOfThreeFloats = """
        // The sum of two numbers of three floats each.
        private static (float Sum, float Rest2, float Rest3) SumOfThreeFloats(float x, float x2, float x3, float y, float y2, float y3)
        {
            var sum = x + y;
            var lost = RestOfSum(x, y, sum);
            var seconds = x2 + y2;
            var second = lost + seconds;
            var third = (RestOfSum(x2, y2, seconds) + RestOfSum(lost, seconds, second)) + (x3 + y3);
            var whole = sum + second;
            second = RestOfSum(sum, second, whole);
            var rest = second + third;
            return (whole, rest, RestOfSum(second, third, rest));
        }
        """;

    // log2 e is 1.4423828125 + 0.00031220912933349609375 + 1.9259629911e-8: the first two have 12 bits each. Exact products are the same
    // whether a device fuses them with sums.
    private const string TwoFloatsOfBase2 = """
        // x·log2 e, off by 2⁻⁴⁵ of it: products of 12 bits have no rounding.
        private static (float Sum, float Lost) TwoFloatsOfBase2(float x)
        {
            var upper = UpperBits(x);
            var lower = x - upper;
            var first = upper * 1.4423828125f;
            var second = lower * 1.4423828125f;
            var third = upper * 0.00031220912933349609375f;
            var sum = first + second;
            var whole = sum + third;
            var small = (lower * 0.00031220912933349609375f) + (x * 1.9259629911e-8f);
            return (whole, (RestOfSum(first, second, sum) + RestOfSum(sum, third, whole)) + small);
        }
        """;

    // Abramowitz and Stegun, Handbook of Mathematical Functions, formula 7.1.26 has 1.5e-7 absolute error; near 0 the series keeps the
    // relative one.
    private const string Erf = """
        // 2/√π ∫₀ˣ e^(−t²) dt, within 2e-7: the series near 0, and Abramowitz and Stegun 7.1.26 beyond.
        private static float Erf(float x)
        {
            var s = x * x;
            if (s < 0.25f)
            {
                return x * (1.128379167f + (s * (-0.376126389f + (s * (0.112837917f + (s * (-0.026866170f + (s * 0.005223978f))))))));
            }

            var a = global::ILGPU.IntrinsicMath.Abs(x);
            var t = 1f / (1f + (0.3275911f * a));
            var p = t * (0.254829592f + (t * (-0.284496736f + (t * (1.421413741f + (t * (-1.453152027f + (t * 1.061405429f))))))));
            var tail = a > 5f ? 0f : p * _Intrinsic.Exp2(s * -1.44269502f);
            var y = 1f - tail;
            return x < 0f ? -y : x > 0f ? y : x;
        }
        """;

    // The polynomials of the two below are those of the CPU kernels. CUDA's own sin and cos are 2^-20 off at best, and worse beyond ±π; its
    // tanh keeps 11 bits.
    private const string Tanh = """
        // E/(E + 2) with E = e^(2|x|) − 1 = 2ⁿ(1 + r·p) − 1, in an order that keeps the relative accuracy near 0; from 9.2 on it rounds to 1.
        private static float Tanh(float x)
        {
            var a = global::ILGPU.IntrinsicMath.Abs(x);
            a = a > 9.2f ? 9.2f : a;
            var n = Floor((a * 2.88539004f) + 0.5f);
            var r = a - (n * 0.346573591f);
            var p = 2f + (r * (1.99999988f + (r * (1.33332372f + (r * (0.666679084f + (r * (0.267720193f + (r * 0.0887669176f)))))))));
            var scale = _Intrinsic.Exp2(n);
            var e = (scale * (r * p)) + (scale - 1f);
            return (x < 0f ? -e : e) / (e + 2f);
        }
        """;

    private const string Sin = """
        private static float Sin(float x) => SineOfTurn(x, Floor((x * 0.318309873f) + 0.5f), 0f);
        """;

    private const string Cos = """
        // cos x = sin(x + π/2).
        private static float Cos(float x) => SineOfTurn(x, Floor((x * 0.318309873f) + 1f), 0.5f);
        """;

    private const string SineOfTurn = """
        // ±sin r, where x = (n − shift)π + r. The parts of π have 11 bits, so that products with n are exact up to |x| = 10⁴.
        private static float SineOfTurn(float x, float n, float shift)
        {
            if (n > 3183f || n < -3183f)
            {
                // So far out neighbouring numbers are 10⁻³ apart: what the device has is as good.
                return _Intrinsic.Sin(x + (shift * 3.14159274f));
            }

            var h = n - shift;
            var r = x - (h * 3.140625f);
            r -= h * 0.000967502594f;
            r -= h * 1.50990672e-07f;
            r -= h * 5.12668814e-12f;
            var s = r * r;
            var y = r * (1f + (s * (-0.166666597f + (s * (0.00833306927f + (s * (-0.000198097667f + (s * 2.60604702e-06f))))))));
            return n - (2f * Floor(n * 0.5f)) == 0f ? y : -y;
        }
        """;
}
