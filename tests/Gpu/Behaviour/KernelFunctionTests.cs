using System.Reflection;
using KernelGen.Generator.Expressions;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Expressions;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>
/// Kernel functions as GPU kernels have them, over all floats. Their methods run here as any method: f ⇄ the user's method and the
/// expression that was read, f′ ⇄ its expression.
/// </summary>
public class KernelFunctionTests
{
    /// <summary>
    /// Exponentials and powers round their exponent, up to 127, a few times: each is 127 · ln 2 · 2⁻²⁴ = 5e-6 of the result.
    /// </summary>
    private const double OfExponents = 3e-5;

    /// <summary>Device functions promise the absolute accuracy of 1, not the relative one: Erf 2e-7, logarithms near 1.</summary>
    private const double Absolute = 5e-7;

    public static TheoryData<Layer> Functions => [.. Layer.In("KernelGen.Tests.Behaviour.Functions")];

    [Theory]
    [MemberData(nameof(Functions))]
    public void Device_functions_are_the_method_and_its_derivative(Layer layer)
    {
        var function = layer.Function!;
        var x = FunctionPoints.Of(function, thinning: 8);
        var method = KernelFunctionByName.Of(layer);
        var value = Expected(function, x);
        Assert.All(x.Zip(value), point => Assert.True(IsNear(point.Second, (float)method(point.First)), $"f({point.First:G9})"));

        var slope = Expected(ExprDerivative.Of(function)!, x);
        var (values, slopes) = (0, 0);
        foreach (var emitted in Emitted(layer))
        {
            var y = x.Select(emitted).ToArray();
            var (faultOfValue, faultOfSlope) = (Fault(x, value, y), Fault(x, slope, y));
            Assert.True(faultOfValue is null || faultOfSlope is null, $"{faultOfValue}, and as f′ {faultOfSlope}");
            values += faultOfValue is null ? 1 : 0;
            slopes += faultOfSlope is null ? 1 : 0;
        }

        Assert.InRange(values, 1, int.MaxValue);
        Assert.InRange(slopes, 1, int.MaxValue);
    }

    /// <summary>What is right as a method must be one that a device compiles too.</summary>
    [Theory]
    [MemberData(nameof(Functions))]
    public void Kernels_with_the_function_run_as_those_of_the_CPU_do(Layer layer)
    {
        using var gpu = new GpuLayer(layer);
        var inputs = new GradientInputs(new Inputs(layer, 5, 5, seed: 3), seed: 4);
        Compare.Close(Array.ConvertAll(inputs.Inputs.Forward(gpu.Attention), x => (double)x), gpu.Forward(inputs.Inputs), 1e-4);
        Gradients.Close(inputs.Kernel(gpu.Attention).ToDouble(), gpu.Backward(inputs).ToDouble(), inputs.Size, 1e-4, "against the CPU");
    }

    private static IEnumerable<Func<float, float>> Emitted(Layer layer) => layer.Type.GetNestedType("Gpu")!
        .GetNestedTypes(BindingFlags.NonPublic)
        .SelectMany(type => type.GetMethods(BindingFlags.NonPublic | BindingFlags.Static))
        .Where(method => method.Name.StartsWith("KernelFunction", StringComparison.Ordinal))
        .Select(method => method.CreateDelegate<Func<float, float>>());

    private static Bounded[] Expected(ScalarFunction function, float[] x) => [.. x.Select(point => BoundedEvaluator.Call(function, point))];

    private static string? Fault(float[] x, Bounded[] expected, float[] y) =>
        Enumerable.Range(0, x.Length).Where(i => !IsNear(expected[i], y[i]))
            .Select(i => $"f({x[i]:G9}) is {y[i]:G9}, not {expected[i]:G9}").FirstOrDefault();

    private static bool IsNear(Bounded expected, float actual) =>
        expected.Allows(actual)
        || Math.Abs(actual - expected.Value) <= expected.Error + (OfExponents * Math.Abs(expected.Value)) + Absolute

        // Where it overflows may be a few floats away.
        || (Math.Abs(expected.Value) > 1e38 && Math.Abs(actual) > 1e38 && expected.Value > 0 == actual > 0);
}
