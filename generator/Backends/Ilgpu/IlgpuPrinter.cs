using KernelGen.Generator.Expressions;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>Spells an expression for one element on a GPU: functions are methods that <see cref="DeviceFunctions"/> writes.</summary>
internal sealed class IlgpuPrinter : ScalarPrinter
{
    private readonly DeviceFunctions _functions;

    public IlgpuPrinter(SourceWriter writer, Func<Tile, string> operand, Func<Condition, string> condition, DeviceFunctions functions)
        : base(writer, operand, condition) => _functions = functions;

    protected override string Function(string name, params string[] operands) =>
        $"{_functions.Use(name.Replace("Native", ""), operands.Length)}({string.Join(", ", operands)})";

    protected override string Call(ScalarFunction function, string operand) => $"{_functions.Use(function)}({operand})";
}

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

        _texts[method] = method switch
        {
            "FlushedExp2" => "// 2^x, exactly 0 below the bound.\nprivate static float FlushedExp2(float x, float flushBelow) => x < flushBelow ? 0f : _Intrinsic.Exp2(x);",
            "Exp2" => "// 2^x, 0 instead of subnormals.\nprivate static float Exp2(float x) => x < -126f ? 0f : _Intrinsic.Exp2(x);",
            "Exp" => "private static float Exp(float x) => x < -87.3f ? 0f : _Intrinsic.Exp2(x * 1.44269502f);",
            "Log" => "private static float Log(float x) => _Intrinsic.Log2(x) * 0.693147182f;",
            "Max" => "private static float Max(float x, float y) => x > y || float.IsNaN(x) ? x : y;",
            "Min" => "private static float Min(float x, float y) => x < y || float.IsNaN(x) ? x : y;",
            "Abs" => "private static float Abs(float x) => global::ILGPU.IntrinsicMath.Abs(x);",
            "Erf" => Erf,
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
                var printer = new IlgpuPrinter(writer, tile => throw new NotSupportedException($"{tile}"), condition => throw new NotSupportedException($"{condition}"), this);
                writer.Line($"return {printer.Print(function.Body)};");
            }

            _texts[Name(index)] = writer.ToString().TrimEnd('\n');
        }

        return Name(index);
    }

    private static string Name(int index) => index == 0 ? "KernelFunction" : $"KernelFunction{index + 1}";

    // Abramowitz and Stegun, Handbook of Mathematical Functions, formula 7.1.26 has 1.5e-7 absolute error; near 0 the series keeps the relative one.
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
}
