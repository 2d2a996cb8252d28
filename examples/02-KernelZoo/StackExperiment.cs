namespace KernelGen.Examples.KernelZoo;

/// <summary>How errors add up: the same stack of layers with exact attention and with estimates of it.</summary>
internal sealed class StackExperiment(Settings settings, Zoo zoo, Embedding embedding, byte[] tokens)
{
    private const int Depth = 6;

    private readonly LayerStack _stack = new(settings.Seed, Depth);
    private readonly int _length = settings.SampleLength;

    /// <summary>Draws that are averaged over.</summary>
    public int DrawCount => settings.Quick ? 4 : 16;

    /// <summary>About how long it takes, in milliseconds of any machine.</summary>
    public double Work => Layers.Count * WorkOfLayer;

    private IReadOnlyList<Specimen> Layers => [zoo.PositiveGaussian, zoo.Positive, zoo.Oprf, zoo.Hyperbolic, zoo.Trigonometric];

    private double WorkOfLayer => 0.012 * Depth * DrawCount * _length;

    /// <summary>Runs all stacks.</summary>
    public IReadOnlyList<StackCurve> Run(IJobProgress progress)
    {
        var x = embedding.Tokens(tokens.AsSpan(0, _length));
        var shape = new AttentionShape(1, Embedding.Heads, _length);
        var exact = Run(x, (_, query, key, value, output) => zoo.Exact.Layer.Forward(query, key, value, output, shape));
        var average = Run(x, (_, _, _, value, output) => Average(value, output));

        var curves = new List<StackCurve> { Curve("plain averaging", [Errors(average, exact)]) };
        foreach (var specimen in Layers)
        {
            progress.Begin("error against layers", specimen.Name);
            var attention = specimen.Random!;
            var draws = new List<double[]>();
            for (var draw = 0; draw < DrawCount; draw++)
            {
                // Every layer of every draw has projections of its own.
                var seed = settings.OtherSeed + (ulong)(draw * Depth);
                draws.Add(Errors(
                    Run(x, (layer, query, key, value, output) =>
                    {
                        attention.Redraw(seed + (ulong)layer);
                        attention.Forward(query, key, value, output, shape);
                    }),
                    exact));
            }

            curves.Add(Curve(specimen.Name, draws));
            progress.Done(WorkOfLayer);
        }

        return curves;
    }

    private float[][] Run(float[] x, LayerStack.Attend attend) => _stack.Run(x, attend, settings.Threads);

    private void Average(float[] value, float[] output)
    {
        var head = _length * Embedding.HeadDim;
        for (var start = 0; start < value.Length; start += head)
        {
            for (var c = 0; c < Embedding.HeadDim; c++)
            {
                double sum = 0;
                for (var place = start + c; place < start + head; place += Embedding.HeadDim)
                {
                    sum += value[place];
                }

                for (var place = start + c; place < start + head; place += Embedding.HeadDim)
                {
                    output[place] = (float)(sum / _length);
                }
            }
        }
    }

    private static double[] Errors(float[][] states, float[][] exact) =>
        [.. states.Zip(exact, (state, of) => SampledRows.RelativeError([.. state.Select(x => (double)x)], [.. of.Select(x => (double)x)]))];

    private static StackCurve Curve(string name, IReadOnlyList<double[]> draws) => new(name, [.. Enumerable.Range(0, Depth).Select(layer =>
    {
        double[] squares = [.. draws.Select(errors => errors[layer] * errors[layer])];
        var mean = squares.Average();
        var root = Math.Sqrt(mean);
        var variance = squares.Length > 1 ? squares.Sum(square => (square - mean) * (square - mean)) / (squares.Length - 1) : 0;

        // The root of a mean has its standard error divided by (2·root).
        return (root, root == 0 ? 0 : Math.Sqrt(variance / squares.Length) / (2 * root));
    })]);
}
