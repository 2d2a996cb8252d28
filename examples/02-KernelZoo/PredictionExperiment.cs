namespace KernelGen.Examples.KernelZoo;

/// <summary>Predicts the errors of the softmax maps from queries, keys and values alone, in two ways, without generated code.</summary>
internal sealed class PredictionExperiment(Settings settings, Zoo zoo, HeadInput input)
{
    private const int Features = Positive.Features;

    /// <summary>The queries of each head that are looked at.</summary>
    public static int RowsPerHead => 32;

    /// <summary>About how long it takes, in milliseconds of any machine.</summary>
    public double Work => input.Length * 2.5;

    /// <summary>Predicts for each of the softmax maps.</summary>
    public IReadOnlyList<Prediction> Run(IJobProgress progress)
    {
        progress.Begin("predictions", "errors over draws, in double");
        FeatureMap[] maps = [.. zoo.SoftmaxMaps.Select(specimen => specimen.Random!.FeatureMap)];
        var options = new AttentionErrorOptions
        {
            Maps = maps,
            Seed = settings.OtherSeed,
            RowsPerHead = RowsPerHead,
            DegreeOfParallelism = settings.Threads,
        };
        var error = AttentionError.Measure(input.Query, input.Key, input.Value, input.Shape, causal: false, Features, options);
        progress.Done(Work * 0.9);

        progress.Begin("predictions", "first-order bounds");
        Prediction[] predictions = [.. zoo.SoftmaxMaps.Zip(error.Maps, (specimen, estimate) => new Prediction(
            specimen,
            estimate,
            DeltaBound.Compute(
                input.Query, input.Key, input.Value, input.Shape, causal: false, Features, estimate.Map, RowsPerHead,
                seed: settings.OtherSeed)))];
        progress.Done(Work * 0.1);
        return predictions;
    }
}
