namespace KernelGen.Bench.Kernels;

/// <summary>The four tensors of calls of any shape up to a size: fixed Gaussian inputs, and room for the output.</summary>
public sealed class Tensors
{
    /// <summary>
    /// Longer tensors repeat their first numbers: drawing a million tokens would take longer than measuring them, and time does not
    /// depend on the values (the report has a line that shows so).
    /// </summary>
    internal const int Period = 4096 * 64;

    /// <summary>What rows of such keys are called.</summary>
    internal const string FallingKeys = "falling-keys";

    private readonly Lazy<float[][]> _gradients;

    /// <param name="count">The numbers in each tensor.</param>
    /// <param name="keyScale">A factor on the keys; their standard deviation is 1 without it.</param>
    public Tensors(int count, float keyScale = 1)
    {
        Query = Gaussian(count, seed: 1, 1);
        Key = Gaussian(count, seed: 2, keyScale);
        Value = Gaussian(count, seed: 3, 1);
        Destination = new float[count];
        _gradients = new Lazy<float[][]>(() => [.. Enumerable.Range(0, 3).Select(_ => new float[count])]);
    }

    /// <summary>Tensors of heads whose key norms fall evenly from token to token, from 60 to nearly 0.</summary>
    public static Tensors WithFallingKeys(int heads, int length, int headDim)
    {
        var tensors = new Tensors(heads * length * headDim);
        for (var row = 0; row < heads * length; row++)
        {
            var key = tensors.Key.AsSpan(row * headDim, headDim);
            var norm = 60.0 * (length - (row % length)) / length;
            var factor = (float)(norm / Norm(key));
            foreach (ref var number in key)
            {
                number *= factor;
            }
        }

        return tensors;
    }

    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    public float[] Destination { get; }

    /// <summary>Room for the gradients by queries, keys and values.</summary>
    public IReadOnlyList<float[]> Gradients => _gradients.Value;

    private static double Norm(ReadOnlySpan<float> vector)
    {
        var sum = 0.0;
        foreach (var number in vector)
        {
            sum += (double)number * number;
        }

        return Math.Sqrt(sum);
    }

    private static float[] Gaussian(int count, int seed, float scale)
    {
        var random = new Random(seed);
        var numbers = new float[count];
        var drawn = Math.Min(count, Period);
        for (var i = 0; i < drawn; i++)
        {
            // Box and Muller, one of the pair.
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            numbers[i] = scale * (float)(radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        for (var i = drawn; i < count; i += drawn)
        {
            numbers.AsSpan(0, Math.Min(drawn, count - i)).CopyTo(numbers.AsSpan(i));
        }

        return numbers;
    }
}
