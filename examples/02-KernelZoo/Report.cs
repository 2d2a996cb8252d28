using Spectre.Console;
using static KernelGen.Examples.Printer;

namespace KernelGen.Examples.KernelZoo;

/// <summary>What the job prints before and after its work.</summary>
internal sealed class Report(IAnsiConsole console, Settings settings)
{
    private readonly Printer _printer = new(console);

    /// <summary>Says what will be done, on what.</summary>
    public void Intro(IReadOnlyList<Protein> proteins)
    {
        _printer.Line($"[bold]Kernel zoo[/]: every kernel function that a FAVOR+ layer can have, and what its error depends on");
        _printer.Path($"Data: {proteins.Count:N0} {(proteins.Count == 1 ? "protein" : "proteins")} of ", settings.DataPath);
        _printer.Line($"Layers: {Embedding.Heads} heads of {Embedding.HeadDim}, {Positive.Features} features, bidirectional, batch of 1");
        var threads = Machine.Threads(settings.Threads);
        _printer.Line($"Run: {settings.Length:N0} tokens, {threads}, vectors of {Machine.VectorBits} bit, seed {settings.Seed}");
        _printer.WarnOfDebug();
        _printer.Space();
    }

    /// <summary>The table of all layers.</summary>
    public void Layers(IReadOnlyList<LayerMeasurement> results, LayerExperiment experiment, InputStatistics inputs)
    {
        var exact = results.Single(result => result.Specimen.Random is null).Time;
        _printer.Line($"[bold]The layers[/]");
        _printer.Table(
            ["<\nlayer", "\nms", "\nspeed-up", "error to\nsoftmax", "error of\naveraging", "error to\nown formula"],
            results.Select(result => (string[])
            [
                result.Specimen.Name,
                Milliseconds(result.Time),
                result.Specimen.Random is null ? "" : Text($"{exact / result.Time:F1} ×"),
                result.SoftmaxError is { } error ? (error < 1e-4 ? Text($"{error:0E0}") : Percent(error)) : "own attention",
                result.Specimen.EstimatesSoftmax ? Percent(experiment.AverageError) : "",
                Text($"{result.FormulaError:0E0}"),
            ]));
        _printer.Space();
        _printer.Note("Times",
            $"medians of {experiment.Calls} calls, of fewer where all that takes over {experiment.TimeBudget.TotalSeconds:N0} s;",
            $"all layers by turns, so that what else the machine does meets them alike.");
        _printer.Note("Errors",
            $"‖o − o*‖/‖o*‖ over up to {SampledRows.Most} evenly spread queries of each head,",
            $"the root of the mean square over {settings.LayerDraws} draws.",
            $"o* to softmax is exact attention in double; averaging gives each query the mean of the values.",
            $"Own attention estimates no softmax, so all that can be wrong is the kernel: its own formula, naively in double.");
        _printer.Note("Inputs",
            $"entries of q and k have standard deviation {inputs.Deviation:F2},",
            $"and ‖z‖², z = (q + k)/d^¼, is {inputs.MeanSquaredZ:F2} on average: OPRF's λ, declared as {Oprf.Lambda:F1}.");
        _printer.Space();
    }

    /// <summary>The table of predicted errors.</summary>
    public void Predictions(IReadOnlyList<Prediction> predictions, IReadOnlyList<LayerMeasurement> results)
    {
        _printer.Line($"[bold]Predicted errors[/], from queries, keys and values alone, before a layer runs");
        _printer.Table(
            ["<\nmap", "\nmeasured", "\npredicted", "measured /\npredicted", "m for\n5 %", "first-order\nformula", "<\n"],
            predictions.Select(prediction =>
            {
                var measured = results.Single(result => result.Specimen == prediction.Specimen).SoftmaxError!.Value;
                var estimate = prediction.Estimate;
                return (string[])
                [
                    prediction.Specimen.Name,
                    Percent(measured),
                    Text($"{Percent(estimate.RelativeError)} ± {Percent(estimate.StandardError)}"),
                    Text($"{measured / estimate.RelativeError:F2}"),
                    estimate.FeaturesNeeded(0.05) is { } needed ? Text($"{needed:N0}") : "unknown",
                    Percent(prediction.Bound.RelativeError),
                    prediction.Bound.IsReliable ? "reliable" : "unreliable",
                ];
            }));
        _printer.Space();
        _printer.Note("Predicted",
            $"AttentionError.Measure with {predictions[0].Estimate.DrawErrors.Count} draws that no layer has, ± its standard error;",
            $"up to {PredictionExperiment.RowsPerHead} queries of each head, in double.",
            $"m for 5 %: the features that an error of 5 % takes, if they fall as 1/√m.");
        _printer.Note("First-order formula",
            $"DeltaBound, which draws no features: for independent projections, so about an upper bound for orthogonal ones.");
        _printer.Space();
    }

    /// <summary>The table of errors against features.</summary>
    public void Features(IReadOnlyList<FeaturePoint> points, FeatureExperiment experiment)
    {
        _printer.Line(
            $"[bold]More features, less error[/]: mean squared error of an output's numbers, in millionths, ± its standard error");
        _printer.Table(
            ["<map", "<projections", .. experiment.Features.Select(features => Text($"m = {features}"))],
            from point in points
            group point by point.Map into map
            from curve in map.GroupBy(point => point.Draw)
            select (string[])
            [
                map.Key,
                curve.Key,
                .. curve.OrderBy(point => point.Features).Select(point =>
                    Text($"{Millionths(point.Error)} ± {Millionths(point.StandardError)}{(point.FailedRows > 0 ? "*" : "")}")),
            ]);
        _printer.Space();
        _printer.Note("Sample",
            $"{experiment.Length:N0} tokens, {experiment.Heads} heads, {experiment.Rows} queries of each, {experiment.DrawCount} draws;",
            $"‖z‖² is {experiment.Statistics.MeanSquaredZ:F2} on average. Plain averaging: {Millionths(experiment.AverageError)}.");
        if (points.Any(point => point.FailedRows > 0))
        {
            _printer.Note("*",
                $"normalisers of 0 or below in up to {100 * points.Max(point => point.FailedRows):0.###} % of the rows,",
                $"which have no output and are not part of the error.");
        }

        _printer.Space();
    }

    /// <summary>The table of errors against the size of queries and keys.</summary>
    public void Scales(IReadOnlyList<ScalePoint> points)
    {
        _printer.Line($"[bold]Larger queries and keys, more error[/]: relative error with {Positive.Features} features, tokens scaled");
        _printer.Table(
            ["mean ‖z‖²", .. points[0].Maps.Select(map => map.Name), "plain averaging"],
            points.Select(point => (string[])
            [
                Text($"{point.MeanSquaredZ:0.#}"),
                .. point.Maps.Select(map => Percent(map.Error.RelativeError) + Lost(map.Error)),
                Percent(point.AverageError),
            ]));
        _printer.Space();
        _printer.Note("Why",
            $"the variance of a trigonometric weight depends on ‖q̂ − k̂‖², small where a query attends to keys like itself;",
            $"that of the others on ‖q̂ + k̂‖². But weights of large queries and keys turn negative, and so do their sums.");
        if (points.Any(point => point.Maps.Any(map => map.Error.FailedRows > 0)))
        {
            _printer.Note("Lost", $"rows with a normaliser of 0 or below: they have no output, and are not part of the error.");
        }

        _printer.Space();
    }

    /// <summary>The table of errors against layers.</summary>
    public void Stack(IReadOnlyList<StackCurve> curves, StackExperiment experiment)
    {
        _printer.Line($"[bold]Errors add up[/]: relative error of the hidden state after each of {curves[0].Errors.Count} layers");
        _printer.Table(
            ["<attention in every layer", .. Enumerable.Range(1, curves[0].Errors.Count).Select(layer => Text($"{layer}"))],
            curves.Select(curve => (string[])[curve.Name, .. curve.Errors.Select(of => Percent(of.Error))]));
        _printer.Space();
        _printer.Note("Stack",
            $"{settings.SampleLength:N0} tokens; h = normed(h + heads(h)·Wo) with random matrices, untrained,",
            $"the same for all rows of the table. {experiment.DrawCount} draws of the features, every layer with its own.");
        _printer.Space();
    }

    /// <summary>Says where the plots are.</summary>
    public void End()
    {
        _printer.Plots("--svg-folder", settings.ErrorSvg, settings.LayersSvg);
    }

    private static string Lost(MapError error) =>
        error.FailedRows == 0 ? "" : Text($", {100.0 * error.FailedRows / error.Rows:G2} % lost");

    private static string Millionths(double number) => number >= 100e-6 ? Text($"{1e6 * number:N0}") : Text($"{1e6 * number:F1}");
}
