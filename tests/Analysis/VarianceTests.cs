using Xunit;

namespace KernelGen.Tests.Analysis;

/// <summary>
/// Do the closed forms of the kernel estimate's variance hold? By sampling where few enough draws do, and by quadrature of the same
/// features
/// beyond: the projection's rows are then the nodes of the integral over ω.
/// </summary>
public sealed class VarianceTests
{
    private const double Tolerance = 0.1; // stated of every ratio here; quadrature could hold far less

    [Theory]
    [InlineData("positive", 0.25)]
    [InlineData("positive", 1)]
    [InlineData("positive", 2)]
    [InlineData("hyperbolic", 0.25)]
    [InlineData("hyperbolic", 1)]
    [InlineData("hyperbolic", 2)]
    [InlineData("trigonometric", 0.25)]
    [InlineData("trigonometric", 1)]
    [InlineData("trigonometric", 2)]
    public void SampledVarianceIsTheClosedForm(string name, double squared)
    {
        // One dimension: ω enters only as a normal number along z. At ‖z‖² = 2 the second moment of a positive feature's product is known
        // to √(e⁸/4·10⁶) = 3 %.
        const int draws = 4_000_000, chunk = 100_000;
        var map = FeatureMapTests.Map(name);
        var (query, key) = Pair(map, 1, squared);
        var sums = new double[draws / chunk];
        Parallel.For(0, draws / chunk, i => sums[i] = SquaredDeviations(map, query, key, Samples.Gaussian(chunk, 1, (ulong)i)).Sum());
        Check(map, 1, squared, sums.Sum() / draws);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(4)]
    public void SampledVarianceOfOprfIsTheClosedForm(double squared)
    {
        // The second moment at ‖z‖² = 4 is known to √(724/rows) = 2.7 %, by the same Gaussian integral for the fourth moment.
        const int d = 16, rows = 1_000_000, chunks = 20;
        var map = FeatureMap.Oprf(squared);
        var (query, key) = Pair(map, d, squared);
        var sums = new double[chunks];
        Parallel.For(0, chunks, i => sums[i] = SquaredDeviations(map, query, key, Samples.Gaussian(rows / chunks, d, (ulong)i)).Sum());
        Check(map, d, squared, sums.Sum() / rows);
    }

    [Theory]
    [InlineData("positive", 4)]
    [InlineData("positive", 16)]
    [InlineData("hyperbolic", 4)]
    [InlineData("hyperbolic", 16)]
    [InlineData("trigonometric", 4)]
    [InlineData("trigonometric", 16)]
    public void IntegratedVarianceIsTheClosedForm(string name, double squared)
    {
        // Trapezoids of 0.01 over ±20: the squared positive feature peaks at 2‖z‖ = 8.
        const int nodes = 4001;
        float[] weights = [.. Enumerable.Range(0, nodes).Select(i => (float)((i - 2000) * 0.01))];
        var map = FeatureMapTests.Map(name);
        var (query, key) = Pair(map, 1, squared);
        var squares = SquaredDeviations(map, query, key, Projection.FromWeights(weights, nodes, 1));
        double variance = 0;
        for (var i = 0; i < nodes; i++)
        {
            variance += squares[i] * 0.01 * NormalDensity(weights[i]);
        }

        Check(map, 1, squared, variance);
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(8, 8)]
    [InlineData(16, 16)]
    [InlineData(8, 2)] // λ off by far: the closed form does not need λ = ‖z‖²
    [InlineData(2, 8)]
    public void IntegratedVarianceOfOprfIsTheClosedForm(double squared, double lambda)
    {
        // ω enters by its component along z and by the squared length of the rest, χ² with 15 degrees of freedom.
        const int d = 16, along = 300, rest = 200;
        const double step = 0.1, restStep = 0.5;
        var weights = new float[along * rest * d];
        var densities = new double[along * rest];
        var normaliser = Math.Pow(2, -7.5) / (135135 * Math.Sqrt(Math.PI) / 128); // Γ(15/2)
        for (var i = 0; i < along; i++)
        {
            for (var j = 0; j < rest; j++)
            {
                var (x, y) = ((i - 150) * step, (j + 0.5) * restStep);
                var node = i * rest + j;
                weights[node * d] = (float)x;
                weights[node * d + 1] = (float)Math.Sqrt(y);
                densities[node] = NormalDensity(x) * step * normaliser * Math.Pow(y, 6.5) * Math.Exp(-y / 2) * restStep;
            }
        }

        Assert.Equal(1, densities.Sum(), tolerance: 1e-4);
        var map = FeatureMap.Oprf(lambda);
        var (query, key) = Pair(map, d, squared);
        var squares = SquaredDeviations(map, query, key, Projection.FromWeights(weights, along * rest, d));
        Check(map, d, squared, squares.Zip(densities, (s, density) => s * density).Sum());
    }

    [Fact]
    public void TheBestLambdaIsTheSquaredNorm()
    {
        const int d = 16;
        var best = FeatureMap.Oprf(4).RelativeVariance(4, 0, d, 1);
        Assert.True(best < FeatureMap.Oprf(2).RelativeVariance(4, 0, d, 1));
        Assert.True(best < FeatureMap.Oprf(8).RelativeVariance(4, 0, d, 1));
        Assert.True(best < FeatureMap.Positive.RelativeVariance(4, 0, d, 1));
        Assert.Equal(FeatureMap.Positive.RelativeVariance(4, 0, d, 1), FeatureMap.Oprf(0).RelativeVariance(4, 0, d, 1), tolerance: 1e-10);
    }

    [Fact]
    public void TokensGiveTheNormsOfTheClosedForm()
    {
        var query = Samples.Normal(16, seed: 1);
        var key = Samples.Normal(16, seed: 2);
        var sum = query.Zip(key, (q, k) => Math.Pow((double)q + k, 2)).Sum() / 4;
        var difference = query.Zip(key, (q, k) => Math.Pow((double)q - k, 2)).Sum() / 4;
        foreach (var map in new[] { FeatureMap.Positive, FeatureMap.Hyperbolic, FeatureMap.Oprf(2), FeatureMap.Trigonometric })
        {
            var expected = map.RelativeVariance(sum, difference, 16, 64);
            Assert.Equal(expected, map.RelativeVariance(query, key, 64), tolerance: 1e-9 * expected);
        }
    }

    [Theory]
    [InlineData("positive")]
    [InlineData("hyperbolic")]
    [InlineData("oprf")]
    [InlineData("trigonometric")]
    public void OrthogonalProjectionsHaveLessVariance(string name)
    {
        // m = d = 16 at ‖z‖² = 1: the mean squared deviations of 20,000 draws each differ by more than 4 standard errors of the difference.
        const int d = 16, draws = 20_000;
        var map = FeatureMapTests.Map(name);
        var (query, key) = Pair(map, d, 1);
        var kernel = Samples.Softmax(query, key);
        var orthogonal = new double[draws];
        var gaussian = new double[draws];
        Parallel.For(0, draws, draw =>
        {
            orthogonal[draw] = Math.Pow(Samples.Kernel(map, query, key, Projection.Orthogonal(d, d, (ulong)draw)) / kernel - 1, 2);
            gaussian[draw] = Math.Pow(Samples.Kernel(map, query, key, Samples.Gaussian(d, d, (ulong)draw)) / kernel - 1, 2);
        });
        var (ofOrthogonal, error) = Samples.Mean(orthogonal);
        var (ofGaussian, otherError) = Samples.Mean(gaussian);
        var closed = map.RelativeVariance(1, 1, d, d * map.Branches);
        Assert.InRange(ofGaussian, closed - 4 * otherError, closed + 4 * otherError);
        Assert.True(
            ofOrthogonal < ofGaussian - 4 * Math.Sqrt(error * error + otherError * otherError),
            $"orthogonal {ofOrthogonal} ± {error}, Gaussian {ofGaussian} ± {otherError}");
    }

    // q̂ and k̂ along the first axis with the squared sum, or difference, and a part that the variance must not depend on.
    private static (float[] Query, float[] Key) Pair(FeatureMap map, int dim, double squared)
    {
        const double shift = 0.3;
        var half = Math.Sqrt(squared) / 2;
        return map.Name == "trigonometric"
            ? (Samples.Token(dim, half + shift), Samples.Token(dim, -half + shift))
            : (Samples.Token(dim, half + shift), Samples.Token(dim, half - shift));
    }

    // (K̂/K − 1)² for each projection by itself.
    private static double[] SquaredDeviations(FeatureMap map, float[] query, float[] key, Projection projection)
    {
        var q = Samples.Features(map, query, projection);
        var k = Samples.Features(map, key, projection);
        var kernel = Samples.Softmax(query, key);
        var squares = new double[projection.Rows];
        for (var r = 0; r < squares.Length; r++)
        {
            var estimate = q[r] * k[r];
            if (map.Branches == 2)
            {
                estimate += q[squares.Length + r] * k[squares.Length + r];
            }

            squares[r] = Math.Pow(estimate * squares.Length / kernel - 1, 2);
        }

        return squares;
    }

    private static void Check(FeatureMap map, int dim, double squared, double variance)
    {
        var closed = map.RelativeVariance(squared, squared, dim, map.Branches);
        var ratio = variance / closed;
        Assert.True(Math.Abs(ratio - 1) <= Tolerance, $"{map}, d = {dim}, {squared}: {variance} is {ratio} of {closed}");
    }

    private static double NormalDensity(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
}
