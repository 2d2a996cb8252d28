using System.Reflection;
using KernelGen.Generator.Expressions;
using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Expressions;

/// <summary>The expression that is read from a method has the method's values.</summary>
public sealed class KernelFunctionSampleTests
{
    private const string Type = "KernelGen.Tests.Expressions.KernelSamples";

    public static TheoryData<string> Samples =>
        [.. typeof(KernelSamples).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Has_the_values_of_the_method(string name)
    {
        var function = Read(name);
        var method = name == nameof(KernelSamples.InParameters)
            ? x => KernelSamples.InParameters(x)
            : typeof(KernelSamples).GetMethod(name)!.CreateDelegate<Func<float, float>>();
        var evaluator = new ExprEvaluator();
        Assert.Equal($"{Type}.{name}", function.Name);

        foreach (var x in Floats.Sample(2000))
        {
            var (expected, actual) = (method(x), evaluator.Evaluate(function, x));
            Assert.True(IsClose(name, x, expected, actual), $"{name}({x:R}) is {expected:R}, not {actual:R}; read as {function.Body}");
        }
    }

    [Fact]
    public void A_function_read_twice_is_equal() => Assert.Equal(Read(nameof(KernelSamples.Gelu)), Read(nameof(KernelSamples.Gelu)));

    /// <summary>
    /// Bit for bit, but for powers, which are made of other operations: of p factors at most p ulp; by way of a logarithm the rounding
    /// of y·log x, up to 88, is 2⁻²⁴ of it, so 88 ulp and some; reciprocals of what overflows are 0, so subnormal results do not count. The
    /// functions of Math round unlike those of MathF.
    /// </summary>
    private static bool IsClose(string name, float x, float expected, float actual)
    {
        if (Floats.Same(expected, actual))
        {
            return true;
        }

        var tolerance = name switch
        {
            "PowSixteen" => 16,
            "PowTwoByName" or "PowThreeByName" or "PowMinusTwoByName" => 3,
            "PowTwo" or "PowThree" or "PowHalf" or "PowMinusHalf" or "PowMinusThree" => 3,
            "PowSeventeen" or "PowMinusNineteen" or "PowTwenty" or "PowOther" or "PowMinusOther"
                or "PowOfTwo" or "PowOfTen" or "PowOfHalf" or "PowOfE" => 200,
            "Logarithms" => 8, // four roundings of each that MathF.Log10 has one of
            "NarrowedExp" or "NarrowedTanh" => 3,
            _ => 0,
        };
        var isSubnormal = name.StartsWith("Pow", StringComparison.Ordinal)
            && MathF.Abs(expected) < 1.2e-38f
            && MathF.Abs(actual) < 1.2e-38f;
        return float.IsFinite(x) && x != 0
            && (isSubnormal ? float.IsNegative(expected) == float.IsNegative(actual) : Floats.Distance(expected, actual) <= tolerance);
    }

    private static ScalarFunction Read(string name)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Expressions", "KernelSamples.cs"));
        var reading = new FunctionReading("global using System;", text);
        var function = reading.Read(Type, name);
        Assert.Empty(reading.Diagnostics);
        return Assert.IsType<ScalarFunction>(function);
    }
}
