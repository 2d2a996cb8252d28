using KernelGen.Examples;
using KernelGen.Examples.KernelZoo;

return CommandLine.Invoke(args, settings =>
{
    var terminal = new Terminal();

    // What would fail at the end fails before the work.
    PlotFile.CheckFolder(settings.SvgFolder, "--svg-folder");

    var report = new Report(terminal.Ansi, settings);
    var proteins = Fasta.ReadFile(settings.DataPath);
    report.Intro(proteins);

    var tokens = TokenStream.Concatenate(proteins, settings.Length);
    var embedding = new Embedding(settings.Seed);
    var input = HeadInput.Embed(embedding, tokens, settings.Threads);
    var zoo = new Zoo((ulong)settings.Seed, settings.Threads);
    var layers = new LayerExperiment(settings, zoo, input);
    var predictions = new PredictionExperiment(settings, zoo, input);
    var sample = HeadInput.Embed(embedding, tokens.AsMemory(0, settings.SampleLength), settings.Threads, settings.Quick ? 2 : 4);
    var features = new FeatureExperiment(settings, sample);
    var scales = new ScaleExperiment(settings, sample);
    var stack = new StackExperiment(settings, zoo, embedding, tokens);

    var results = terminal.Run(
        layers.Work + predictions.Work + features.Work + scales.Work + stack.Work,
        progress => (
            Layers: layers.Run(progress),
            Predictions: predictions.Run(progress),
            Features: features.Run(progress),
            Scales: scales.Run(progress),
            Stack: stack.Run(progress)));

    report.Layers(results.Layers, layers, input.Statistics);
    report.Predictions(results.Predictions, results.Layers);
    report.Features(results.Features, features);
    report.Scales(results.Scales);
    report.Stack(results.Stack, stack);
    PlotFile.Write(settings.ErrorSvg, Plots.Error(results.Features, features), "Give another folder with --svg-folder.");
    PlotFile.Write(settings.LayersSvg, Plots.Layers(results.Stack, settings, stack), "Give another folder with --svg-folder.");
    report.End();
    return ExitCode.Success;
});
