namespace KernelGen.Examples.KernelZoo;

/// <summary>Times every layer of the zoo and measures its error, against softmax attention and against its own formula.</summary>
internal sealed class LayerExperiment(Settings settings, Zoo zoo, HeadInput input)
{
    // More than rounding explains at any length that can be asked for.
    private const double LargestFormulaError = 1e-3;

    private readonly Timing _timing = settings.Quick ? new Timing(TimeSpan.FromSeconds(0.2), 5) : new Timing(TimeSpan.FromSeconds(1), 25);

    /// <summary>The error of plain averaging on the same rows; known after <see cref="Run"/>.</summary>
    public double AverageError { get; private set; }

    /// <summary>About how long it takes, in milliseconds of any machine, for the progress bar.</summary>
    public double Work => zoo.All.Count * WorkOfLayer;

    private double WorkOfLayer => (settings.Quick ? 250 : 1_100) + input.Length * 0.05;

    /// <summary>Measures all layers.</summary>
    /// <exception cref="JobException">A kernel gave a wrong answer.</exception>
    public IReadOnlyList<LayerMeasurement> Run(IJobProgress progress)
    {
        progress.Begin("layers", "exact rows in double");
        int[] positions = SampledRows.Positions(input.Length);
        (double[] attention, double[] average) = SampledRows.Compute(
            input.Query, input.Key, input.Value, input.Heads, input.Length, HeadInput.Dim, positions, causal: false, settings.Threads);
        AverageError = SampledRows.RelativeError(average, attention);

        var results = new List<LayerMeasurement>();
        foreach (Specimen specimen in zoo.All)
        {
            progress.Begin("layers", specimen.Name);
            results.Add(Measure(specimen, positions, attention));
            progress.Done(WorkOfLayer);
        }

        return results;
    }

    private LayerMeasurement Measure(Specimen specimen, int[] positions, double[] attention)
    {
        // The first call, which the compiler is part of, is not timed: it is the one that is compared with the formula.
        input.Forward(specimen.Layer);
        double formula = NaiveFormula.Deviation(specimen, input);

        // Written so that NaN fails too.
        if (!(formula < LargestFormulaError))
        {
            throw new JobException(
                FormattableString.Invariant($"{specimen.Name}: the generated layer is off its own formula by {formula:E1}, more than ")
                + "rounding explains. This is an error in KernelGen: please report it, with your processor.");
        }

        double? error = specimen.EstimatesSoftmax ? MeanError(specimen.Random!, positions, attention)
            : specimen.Random is null ? Error(positions, attention)
            : null;
        return new LayerMeasurement(specimen, _timing.Median(() => input.Forward(specimen.Layer)), error, formula);
    }

    private double MeanError(IRandomFeatureAttention layer, int[] positions, double[] attention)
    {
        double squares = 0;
        for (int draw = 0; draw < settings.LayerDraws; draw++)
        {
            layer.Redraw((ulong)(settings.Seed + draw));
            input.Forward(layer);
            squares += Math.Pow(Error(positions, attention), 2);
        }

        return Math.Sqrt(squares / settings.LayerDraws);
    }

    private double Error(int[] positions, double[] attention) => SampledRows.RelativeError(
        SampledRows.Gather(input.Output, input.Heads, input.Length, HeadInput.Dim, positions), attention);
}
