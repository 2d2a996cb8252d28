using KernelGen.Generator.Expressions;
using KernelGen.Tests.Expressions;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// Kernel functions as they are emitted, over all floats: the method on vectors and the one of the feature map ⇄ the expression that was read,
/// in double ⇄ the user's method as the C# compiler compiles it. The tolerance is the first-order bound of float32 of <see cref="Bounded"/>.
/// </summary>
public class KernelFunctionTests
{
    /// <summary>One layer for each function.</summary>
    public static TheoryData<Layer> Functions => [.. OfAllKinds()];

    [Fact]
    public void Every_built_in_function_is_tested()
    {
        var builtIn = Enum.GetNames<KernelFunction>().Where(name => !name.StartsWith(nameof(KernelFunction.Softmax), StringComparison.Ordinal));
        Assert.Empty(builtIn.Except(OfAllKinds().Select(layer => layer.Kernel)));
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Emitted_function_is_the_expression_and_the_users_method(Layer layer)
    {
        var function = layer.Function!;
        var x = Points(function);
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
        Assert.InRange(Share(bounds, bound => double.IsInfinity(bound.Error)), 0, 1e-4);

        // Would a function be noticed that is wrong by a thousandth of its value, or of 1?
        var wrong = y.Select(value => (float)(value + (1e-3 * Math.Max(1, Math.Abs(value))))).ToArray();
        Assert.InRange(ShareOutside(bounds, wrong), LeastNoticed(layer), 1);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Function_of_the_feature_map_is_within_the_bound(Layer layer)
    {
        var x = Points(layer.Function!, thinning: 8);

        AssertWithin(x, Bounds(layer.Function!, x), x.Select(EmittedFunction.InFeatureMap(layer)).ToArray());
    }

    private static IEnumerable<Layer> OfAllKinds() =>
        Layer.In("KernelGen.Tests.Behaviour.Generalized").Concat(Layer.In("KernelGen.Tests.Behaviour.Functions"))
            .Where(layer => layer.IsFunction)
            .DistinctBy(layer => layer.Kernel);

    /// <summary>
    /// Where x is below −4 the bound is wider than a thousandth: Gelu multiplies x by a difference of 1 and nearly 1, and Softplus takes the
    /// logarithm of nearly 1.
    /// </summary>
    private static double LeastNoticed(Layer layer) => layer.Kernel switch
    {
        nameof(KernelFunction.Gelu) => 0.7,
        _ => 0.85,
    };

    /// <summary>
    /// About a million numbers: special values; of each exponent and sign the least, the largest and random ones; the size that projections
    /// have; and, densely, the surroundings of 0, of small whole numbers, and of the function's constants, where functions have kinks.
    /// </summary>
    private static float[] Points(ScalarFunction function, int thinning = 1)
    {
        var random = new Random(1);
        var points = new List<float>(Floats.Special);
        for (var exponent = 0; exponent < 255; exponent++)
        {
            for (var i = -2; i < 1200 / thinning; i++)
            {
                var mantissa = i == -2 ? 0 : i == -1 ? (1 << 23) - 1 : random.Next(1 << 23);
                var x = BitConverter.Int32BitsToSingle((exponent << 23) | mantissa);
                points.Add(x);
                points.Add(-x);
            }
        }

        for (var i = 0; i < 200_000 / thinning; i++)
        {
            points.Add((float)((random.NextDouble() - 0.5) * 12));
            points.Add((float)((random.NextDouble() - 0.5) * 220));
        }

        var constants = function.Body.Flatten().OfType<Expr.Constant>().Select(constant => (float)Math.Abs(constant.Value));
        foreach (var kink in Enumerable.Range(0, 9).Select(n => n / 2f).Concat(constants).Distinct().Where(float.IsFinite))
        {
            var (up, down) = (kink, kink);
            for (var i = 0; i < 1000 / thinning; i++)
            {
                (up, down) = (MathF.BitIncrement(up), MathF.BitDecrement(down));
                var near = (float)(kink + ((random.NextDouble() - 0.5) / 50));
                points.AddRange([up, -up, down, -down, near, -near]);
            }
        }

        return [.. points];
    }

    private static Bounded[] Bounds(ScalarFunction function, float[] x) =>
        x.AsParallel().AsOrdered().Select(point => BoundedEvaluator.Call(function, point)).ToArray();

    private static void AssertWithin(float[] x, Bounded[] bounds, float[] y)
    {
        for (var i = 0; i < x.Length; i++)
        {
            Assert.True(
                IsWithin(bounds[i], y[i]),
                $"f({x[i]:G9}) is {y[i]:G9}, not within {bounds[i].Error:E2} of {bounds[i].Value:G9}");
        }
    }

    /// <summary>Whether float32 may have this result. Below the normal range it may be 0; where it determines none, anything.</summary>
    private static bool IsWithin(Bounded bound, float actual) =>
        double.IsInfinity(bound.Error)
        || (double.IsNaN(bound.Value) ? float.IsNaN(actual)
            : double.IsInfinity(bound.Value) ? actual == bound.Value
            : Math.Abs(actual - bound.Value) <= bound.Error || (actual == 0 && Math.Abs(bound.Value) < 1.17549435e-38));

    private static double Share(Bounded[] bounds, Func<Bounded, bool> condition) => (double)bounds.Count(condition) / bounds.Length;

    private static double ShareOutside(Bounded[] bounds, float[] y) =>
        (double)bounds.Zip(y, (bound, value) => !double.IsFinite(bound.Value) || !IsWithin(bound, value)).Count(found => found) / bounds.Length;
}
