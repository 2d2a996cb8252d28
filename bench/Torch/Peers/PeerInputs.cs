namespace KernelGen.Bench.Torch.Peers;

/// <summary>The numbers of one case, [heads, length, dim] each.</summary>
internal sealed class PeerInputs
{
    private const int Seed = 17;

    public PeerInputs(PeerCase of)
    {
        var random = new Random(Seed);
        (Query, Key, Value, OutputGradient) = (Normal(), Normal(), Normal(), Normal());

        float[] Normal()
        {
            var numbers = new float[of.Count];
            for (var i = 0; i < numbers.Length; i += 2)
            {
                var (radius, angle) = (Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())), 2 * Math.PI * random.NextDouble());
                (numbers[i], numbers[i + 1]) = ((float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)));
            }

            return numbers;
        }
    }

    /// <summary>The seed of FAVOR+'s projections, the same for all who compute it.</summary>
    public static ulong ProjectionSeed => 5;

    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    /// <summary>The gradient of the loss by the outputs.</summary>
    public float[] OutputGradient { get; }
}
