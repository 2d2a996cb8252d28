namespace KernelGen.Examples.KernelZoo;

/// <summary>Times every layer of the zoo and measures its error, against softmax attention and against its own formula.</summary>
internal sealed class LayerExperiment(Settings settings, Zoo zoo, HeadInput input)
{
    // More than rounding explains at any length that can be asked for.
    private const double LargestFormulaError = 1e-3;

    private readonly LayerTimes _times = settings.Quick ? new(5, TimeSpan.FromSeconds(4)) : new(25, TimeSpan.FromSeconds(20));

    /// <summary>The error of plain averaging on the same rows; known after <see cref="Run"/>.</summary>
    public double AverageError { get; private set; }

    /// <summary>The most calls of each layer that are timed.</summary>
    public int Calls => _times.Rounds;

    /// <summary>No call is timed after this much time.</summary>
    public TimeSpan TimeBudget => _times.Budget;

    /// <summary>About how long it takes, in milliseconds of any machine, for the progress bar.</summary>
    public double Work => zoo.All.Count * WorkOfErrors + _times.Rounds * WorkOfRound;

    private double WorkOfErrors => input.Length * 0.02 * settings.LayerDraws / 2;

    private double WorkOfRound => zoo.All.Count * input.Length * 0.008;

    /// <summary>Measures all layers.</summary>
    /// <exception cref="JobException">A kernel gave a wrong answer.</exception>
    public IReadOnlyList<LayerMeasurement> Run(IJobProgress progress)
    {
        progress.Begin("errors of layers", "exact rows in double");
        var positions = SampledRows.Positions(input.Length);
        var (attention, average) = SampledRows.Compute(
            input.Query, input.Key, input.Value, input.Heads, input.Length, HeadInput.Dim, positions, causal: false, settings.Threads);
        AverageError = SampledRows.RelativeError(average, attention);

        var errors = new List<(double? Softmax, double Formula)>();
        foreach (var specimen in zoo.All)
        {
            progress.Begin("errors of layers", specimen.Name);
            errors.Add(Errors(specimen, positions, attention));
            progress.Done(WorkOfErrors);
        }

        progress.Begin("times of layers", "all layers, in rounds");
        var left = _times.Rounds;
        var times = _times.Medians([.. zoo.All.Select(specimen => specimen.Layer)], input, () =>
        {
            progress.Done(WorkOfRound);
            left--;
        });
        progress.Drop(left * WorkOfRound);
        return [.. zoo.All.Select((specimen, i) => new LayerMeasurement(specimen, times[i], errors[i].Softmax, errors[i].Formula))];
    }

    private (double? Softmax, double Formula) Errors(Specimen specimen, int[] positions, double[] attention)
    {
        input.Forward(specimen.Layer);
        var formula = NaiveFormula.Deviation(specimen, input);

        // Written so that NaN fails too.
        if (!(formula < LargestFormulaError))
        {
            throw new JobException(
                FormattableString.Invariant($"{specimen.Name}: the generated layer is off its own formula by {formula:E1}, more than ")
                + "rounding explains. This is an error in KernelGen: please report it, with your processor.");
        }

        double? softmax = specimen.EstimatesSoftmax ? MeanError(specimen.Random!, positions, attention)
            : specimen.Random is null ? Error(positions, attention)
            : null;
        return (softmax, formula);
    }

    private double MeanError(IRandomFeatureAttention layer, int[] positions, double[] attention)
    {
        double squares = 0;
        for (var draw = 0; draw < settings.LayerDraws; draw++)
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
