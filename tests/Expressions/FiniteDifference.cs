using KernelGen.Generator.Expressions;

namespace KernelGen.Tests.Expressions;

/// <summary>
/// Derivatives by central differences in double, extrapolated to a step of 0 by Ridders' scheme (Numerical Recipes, section 5.7), which
/// also says how far the result may be off.
/// </summary>
internal static class FiniteDifference
{
    private const int Steps = 10;
    private const double Shrink = 1.4;

    /// <summary>A few units in the last place of double, as a part of the number.</summary>
    private const double Rounding = 1e-15;

    /// <summary>The first steps that are tried, absolute and as a part of x; the best of the results counts.</summary>
    private static readonly double[] FirstSteps = [1, 0.3, 0.1, 0.03, 0.01, 1e-3];

    /// <summary>Null where no neighbourhood of x has one branch and finite values.</summary>
    public static (double Value, double Error)? At(ScalarFunction function, double x)
    {
        var evaluator = new DoubleEvaluator(function);
        var decisions = evaluator.Evaluate(x).Decisions;
        (double Value, double Error)? best = null;
        foreach (var step in FirstSteps.Concat(FirstSteps.Select(step => step * Math.Abs(x))).Where(step => step > 0))
        {
            var result = Extrapolate(Difference, step);
            best = double.IsFinite(result.Value) && !(best?.Error <= result.Error) ? result : best;
        }

        return best;

        // The difference quotient and what rounding of the function makes of it.
        (double Value, double Error) Difference(double h)
        {
            var (above, below, width) = (evaluator.Evaluate(x + h), evaluator.Evaluate(x - h), x + h - (x - h));
            return above.Decisions.SequenceEqual(decisions) && below.Decisions.SequenceEqual(decisions)
                ? ((above.Value - below.Value) / width, Rounding * (Math.Abs(above.Value) + Math.Abs(below.Value)) / width)
                : (double.NaN, 0);
        }
    }

    private static (double Value, double Error) Extrapolate(Func<double, (double Value, double Error)> difference, double step)
    {
        var (value, error) = (double.NaN, double.PositiveInfinity);
        var last = new double[Steps];
        for (var i = 0; i < Steps; i++, step /= Shrink)
        {
            var row = new double[Steps];
            (row[0], var rounding) = difference(step);
            if (!double.IsFinite(row[0]))
            {
                // A kink, or a value that is not finite, nearer than the step.
                return (double.NaN, double.PositiveInfinity);
            }

            var factor = Shrink * Shrink;
            for (var j = 1; j <= i; j++, factor *= Shrink * Shrink)
            {
                row[j] = ((row[j - 1] * factor) - last[j - 1]) / (factor - 1);
                var off = Math.Max(Math.Abs(row[j] - row[j - 1]), Math.Abs(row[j] - last[j - 1])) + rounding;
                (value, error) = off <= error ? (row[j], off) : (value, error);
            }

            last = row;
        }

        return (value, error);
    }
}
