namespace KernelGen.Examples.KernelZoo;

/// <summary>
/// What a layer should compute, straight from the formula of its kernel and in double: o_i = Σ_j φ(q_i)ᵀφ(k_j)·v_j, divided by the sum of
/// the weights if the layer normalises. The weights come from the analysis of the runtime, which shares no code with generated kernels.
/// </summary>
internal static class NaiveFormula
{
    private const int RowsPerHead = 16;

    /// <summary>‖o − o'‖/‖o'‖ of the output in <paramref name="input"/> on some rows of its first and last heads.</summary>
    public static double Deviation(Specimen specimen, HeadInput input)
    {
        var length = input.Length;
        var dim = HeadInput.Dim;
        var count = Math.Min(length, RowsPerHead);
        int[] rows = [.. Enumerable.Range(0, count).Select(i => (int)((2L * i + 1) * length / (2L * count)))];
        var weights = new float[count * length];
        var expected = new List<double>();
        var actual = new List<double>();
        foreach (var head in (int[])[0, input.Heads - 1])
        {
            if (specimen.Random is { } layer)
            {
                AttentionProbabilities.Estimate(
                    layer.FeatureMap, layer.Projection, input.Query, input.Key, input.Shape, 0, head, rows, causal: false, weights,
                    normalise: layer.Normalize);
            }
            else
            {
                AttentionProbabilities.Exact(input.Query, input.Key, dim, input.Shape, 0, head, rows, causal: false, weights);
            }

            for (var row = 0; row < count; row++)
            {
                var sum = new double[dim];
                for (var j = 0; j < length; j++)
                {
                    double weight = weights[row * length + j];
                    for (var c = 0; c < dim; c++)
                    {
                        sum[c] += weight * input.Value[(head * length + j) * dim + c];
                    }
                }

                expected.AddRange(sum);
                actual.AddRange(input.Output.Skip((head * length + rows[row]) * dim).Take(dim).Select(x => (double)x));
            }
        }

        return SampledRows.RelativeError([.. actual], [.. expected]);
    }
}
