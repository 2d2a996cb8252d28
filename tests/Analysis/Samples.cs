namespace KernelGen.Tests.Analysis;

/// <summary>Seeded random inputs, and plain formulas to compare analysis with.</summary>
internal static class Samples
{
    /// <summary>Independent N(0, deviation²) numbers.</summary>
    public static float[] Normal(int count, int seed, double deviation = 1)
    {
        Random random = new(seed);
        var numbers = new float[count];
        for (var i = 0; i < count; i += 2)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            var angle = 2 * Math.PI * random.NextDouble();
            numbers[i] = (float)(deviation * radius * Math.Cos(angle));
            if (i + 1 < count)
            {
                numbers[i + 1] = (float)(deviation * radius * Math.Sin(angle));
            }
        }

        return numbers;
    }

    /// <summary>Projections with independent N(0, 1) numbers, the case of the closed forms.</summary>
    public static Projection Gaussian(int rows, int columns, ulong seed)
    {
        var weights = new float[rows * columns];
        var row = new double[columns];
        NormalStream normals = new(seed);
        for (var i = 0; i < rows; i++)
        {
            normals.Fill(row, i, DrawPurpose.Direction, attempt: 0);
            for (var j = 0; j < columns; j++)
            {
                weights[i * columns + j] = (float)row[j];
            }
        }

        return Projection.FromWeights(weights, rows, columns);
    }

    /// <summary>φ of tokens [tokens, features] as plain numbers.</summary>
    public static double[] Features(FeatureMap map, ReadOnlySpan<float> tokens, Projection projection)
    {
        var log = new double[tokens.Length / projection.Columns * projection.Rows * map.Branches];
        var gain = new double[log.Length];
        map.Compute(tokens, projection, log, gain);
        for (var i = 0; i < log.Length; i++)
        {
            gain[i] *= Math.Exp(log[i]);
        }

        return gain;
    }

    /// <summary>φ(q)ᵀφ(k).</summary>
    public static double Kernel(FeatureMap map, ReadOnlySpan<float> query, ReadOnlySpan<float> key, Projection projection)
    {
        var q = Features(map, query, projection);
        var k = Features(map, key, projection);
        double sum = 0;
        for (var i = 0; i < q.Length; i++)
        {
            sum += q[i] * k[i];
        }

        return sum;
    }

    /// <summary>exp(qᵀk/√d).</summary>
    public static double Softmax(ReadOnlySpan<float> query, ReadOnlySpan<float> key)
    {
        double sum = 0;
        for (var i = 0; i < query.Length; i++)
        {
            sum += (double)query[i] * key[i];
        }

        return Math.Exp(sum / Math.Sqrt(query.Length));
    }

    /// <summary>The mean of some numbers and its standard error.</summary>
    public static (double Mean, double StandardError) Mean(IReadOnlyList<double> numbers)
    {
        var mean = numbers.Average();
        var variance = numbers.Sum(x => (x - mean) * (x - mean)) / (numbers.Count - 1);
        return (mean, Math.Sqrt(variance / numbers.Count));
    }

    /// <summary>A token of d numbers whose x̂ has a given first coordinate and second coordinate, the others 0.</summary>
    public static float[] Token(int dim, double first, double second = 0)
    {
        var token = new float[dim];
        token[0] = (float)(first * Math.Pow(dim, 0.25));
        if (dim > 1)
        {
            token[1] = (float)(second * Math.Pow(dim, 0.25));
        }

        return token;
    }
}
