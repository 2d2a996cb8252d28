namespace KernelGen.Examples.CpuAndGpu;

/// <summary>
/// Queries, keys and values of a protein sequence on the CPU, [heads, length, head dim] each, and room for outputs and gradients.
/// </summary>
internal sealed class HeadInput
{
    private readonly float[][] _tensors;

    /// <summary>Embeds tokens.</summary>
    /// <exception cref="JobException">The machine has too little memory.</exception>
    public HeadInput(Embedding embedding, byte[] tokens, int threads)
    {
        Shape = new AttentionShape(1, Embedding.Heads, tokens.Length);
        _tensors = Memory.Allocate(11, Embedding.Heads * Embedding.HeadDim, tokens.Length);
        embedding.Embed(tokens, Query, Key, Value, threads);
    }

    /// <summary>The sizes.</summary>
    public AttentionShape Shape { get; }

    /// <summary>Tokens.</summary>
    public int Length => Shape.QueryLength;

    /// <summary>Queries.</summary>
    public float[] Query => _tensors[0];

    /// <summary>Keys.</summary>
    public float[] Key => _tensors[1];

    /// <summary>Values.</summary>
    public float[] Value => _tensors[2];

    /// <summary>Where layers on the CPU write.</summary>
    public float[] CpuOutput => _tensors[3];

    /// <summary>Where outputs of the device are copied to.</summary>
    public float[] GpuOutput => _tensors[4];

    /// <summary>Where layers on the CPU write gradients by queries, keys and values.</summary>
    public IReadOnlyList<float[]> CpuGradients => _tensors[5..8];

    /// <summary>Where those of the device are copied to.</summary>
    public IReadOnlyList<float[]> GpuGradients => _tensors[8..11];

    /// <summary>The largest difference of the two outputs over the largest output; NaN where one is not a number.</summary>
    public double Disagreement() => Disagreement(CpuOutput, GpuOutput);

    /// <summary>The same of gradients: the largest of the three.</summary>
    public double GradientDisagreement() => CpuGradients.Zip(GpuGradients, Disagreement).Max();

    private static double Disagreement(float[] cpu, float[] gpu)
    {
        double most = 0;
        double size = 0;
        for (var i = 0; i < cpu.Length; i++)
        {
            // Math.Max hands on a NaN.
            most = Math.Max(most, Math.Abs((double)cpu[i] - gpu[i]));
            size = Math.Max(size, Math.Abs((double)cpu[i]));
        }

        return most / size;
    }
}
