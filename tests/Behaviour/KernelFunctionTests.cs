using KernelGen.Generator.Expressions;
using KernelGen.Tests.Expressions;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// Kernel functions as they are emitted, over all floats: the method on vectors and the one of the feature map ⇄ the expression that was
/// read, in double ⇄ the user's method as the C# compiler compiles it. The tolerance is the first-order bound of float32 of
/// <see cref="Bounded"/>.
/// </summary>
public class KernelFunctionTests
{
    /// <summary>One layer for each function.</summary>
    public static TheoryData<Layer> Functions => [.. OfAllKinds()];

    [Fact]
    public void Every_built_in_function_is_tested()
    {
        var builtIn = Enum.GetNames<KernelFunction>()
            .Where(name => !name.StartsWith(nameof(KernelFunction.Softmax), StringComparison.Ordinal));
        Assert.Empty(builtIn.Except(OfAllKinds().Select(layer => layer.Kernel)));
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Emitted_function_is_the_expression_and_the_users_method(Layer layer)
    {
        var function = layer.Function!;
        var x = FunctionPoints.Of(function);
        var bounds = Bounds(function, x);
        var y = EmittedFunction.InVectors(layer, x);

        AssertWithin(x, bounds, y);
        if (layer.IsMethod)
        {
            var method = KernelFunctionByName.Of(layer);
            var compiled = x.Select(point => (float)method(point)).ToArray();
            AssertWithin(x, bounds, compiled);

            // Both are within the bound of the exact value, so within twice that of each other.
            AssertWithin(x, bounds.Zip(compiled, (bound, value) => new Bounded(value, 2 * bound.Error)).ToArray(), y);
        }

        // Nothing is left to be said where an operation on the way may overflow or not: a few floats around each place where one does.
        Assert.InRange(Share(bounds, bound => !double.IsFinite(bound.Error)), 0, 1e-4);

        // Would a function be noticed that is wrong by a thousandth of its value, or of 1?
        var wrong = y.Select(value => (float)(value + (1e-3 * Math.Max(1, Math.Abs(value))))).ToArray();
        Assert.InRange(ShareOutside(bounds, wrong), LeastNoticed(layer), 1);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Function_of_the_feature_map_is_within_the_bound(Layer layer)
    {
        var x = FunctionPoints.Of(layer.Function!, thinning: 8);

        AssertWithin(x, Bounds(layer.Function!, x), x.Select(EmittedFunction.InFeatureMap(layer)).ToArray());
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Emitted_derivative_is_within_the_bound(Layer layer)
    {
        var derivative = ExprDerivative.Of(layer.Function!)!;
        var x = FunctionPoints.Of(layer.Function!, thinning: 8);

        AssertWithin(x, Bounds(derivative, x), EmittedFunction.DerivativeInVectors(layer, x));
    }

    /// <summary>Where every operation is exact, or one rounding that is never fused with another, there is nothing to allow for.</summary>
    [Theory]
    [InlineData(typeof(Functions.OwnHardSwish))]
    [InlineData(typeof(Functions.OwnSigned))]
    public void Exact_operations_have_the_bits_of_the_method(Type type)
    {
        var layer = Layer.Of(type);
        var method = KernelFunctionByName.Of(layer);
        var x = FunctionPoints.Of(layer.Function!);
        var (vectors, map) = (EmittedFunction.InVectors(layer, x), EmittedFunction.InFeatureMap(layer));
        for (var i = 0; i < x.Length; i++)
        {
            var expected = (float)method(x[i]);
            Assert.True(Floats.Same(expected, vectors[i]), $"f({x[i]:G9}) is {expected:G9}, not {vectors[i]:G9}");
            Assert.True(Floats.Same(expected, map(x[i])), $"f({x[i]:G9}) is {expected:G9}, not {map(x[i]):G9} in the feature map");
        }
    }

    private static IEnumerable<Layer> OfAllKinds() =>
        Layer.In("KernelGen.Tests.Behaviour.Generalized").Concat(Layer.In("KernelGen.Tests.Behaviour.Functions"))
            .Where(layer => layer.IsFunction)
            .DistinctBy(layer => layer.Kernel);

    /// <summary>
    /// Where x is below −4 the bound is wider than a thousandth: Gelu multiplies x by a difference of 1 and nearly 1, and Softplus takes
    /// the logarithm of nearly 1.
    /// </summary>
    private static double LeastNoticed(Layer layer) => layer.Kernel switch
    {
        nameof(KernelFunction.Gelu) => 0.7,
        _ => 0.85,
    };

    private static Bounded[] Bounds(ScalarFunction function, float[] x) =>
        x.AsParallel().AsOrdered().Select(point => BoundedEvaluator.Call(function, point)).ToArray();

    private static void AssertWithin(float[] x, Bounded[] bounds, float[] y)
    {
        for (var i = 0; i < x.Length; i++)
        {
            Assert.True(
                bounds[i].Allows(y[i]),
                $"f({x[i]:G9}) is {y[i]:G9}, not within {bounds[i].Error:E2} of {bounds[i].Value:G9}");
        }
    }

    private static double Share(Bounded[] bounds, Func<Bounded, bool> condition) => (double)bounds.Count(condition) / bounds.Length;

    private static double ShareOutside(Bounded[] bounds, float[] y) =>
        (double)bounds.Zip(y, (bound, value) => !double.IsFinite(bound.Value) || !bound.Allows(value)).Count(found => found)
        / bounds.Length;
}
