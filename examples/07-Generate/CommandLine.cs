using System.CommandLine;
using System.Globalization;

namespace KernelGen.Examples.Generate;

/// <summary>The options of the command.</summary>
internal static class CommandLine
{
    private const int Steps = 1_500, ShortSteps = 10, Tokens = 600, ShortTokens = 40;

    private static readonly string[] _prompts = ["ROMEO:\n", "First Citizen:\nBefore we proceed any further, hear me speak"];

    /// <summary>Parses and runs; <paramref name="run"/> does the job and returns the exit code.</summary>
    public static int Invoke(string[] args, Func<Settings, int> run)
    {
        var command = new JobCommand(
            new RootCommand("A model with FAVOR+ attention learns a text and writes on: what a character costs does not depend on how many stand before it."),
            "A short run: a few steps of training, so that what it writes makes no sense.",
            "shakespeare.txt",
            "the model and of what it writes",
            "A text");
        var prompt = new Option<string?>("--prompt")
        {
            HelpName = "text",
            Description = "Where to begin, in place of the two prompts of the example.",
        };
        prompt.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is "")
            {
                result.AddError("--prompt: give at least one character.");
            }
        });
        var tokens = JobCommand.Whole(
            "--tokens", "count",
            FormattableString.Invariant($"Characters to be written, 1 to 1000000. [default: {Tokens}, or {ShortTokens} with --quick]"), 1,
            1_000_000);
        var steps = JobCommand.Whole(
            "--steps", "count",
            FormattableString.Invariant($"Steps of training, 1 to 1000000. [default: {Steps}, or {ShortSteps} with --quick]"), 1,
            1_000_000);
        var temperature = Number(
            "--temperature", "Below 1 likely characters become more likely; 0 always takes the likeliest. [default: 0.8]", 0, 100);
        var topK = JobCommand.Whole(
            "--top-k", "count", "Choose among so many of the likeliest characters. [default: all]", 1, int.MaxValue);
        var topP = Number("--top-p", "Choose among the fewest whose probabilities add up to so much. [default: 0.95]", 1e-9, 1);
        var folder = new Option<string?>("--folder")
        {
            HelpName = "folder",
            Description = "Where the trained model is. [default: generate-runs in the current folder]",
        };
        var svg = new Option<string?>("--svg")
        {
            HelpName = "file",
            Description = "Where the plot goes. [default: no plot]",
        };
        return command.Invoke(args, [prompt, tokens, temperature, topK, topP, steps], [folder, svg], (result, common) => run(new Settings(
            DataPath: common.DataPath,
            Prompts: result.GetValue(prompt) is { } given ? [given] : _prompts,
            Tokens: result.GetValue(tokens) ?? (common.Quick ? ShortTokens : Tokens),
            Sampling: new Sampling(result.GetValue(temperature) ?? 0.8, result.GetValue(topK) ?? 0, result.GetValue(topP) ?? 0.95),
            Steps: result.GetValue(steps) ?? (common.Quick ? ShortSteps : Steps),
            Threads: common.Threads,
            Positions: common.Quick ? [100, 1_000] : [100, 1_000, 10_000, 30_000, 100_000],
            ExactPositions: common.Quick ? [100, 1_000] : [100, 1_000, 10_000, 30_000],
            Seed: common.Seed,
            Folder: result.GetValue(folder) ?? "generate-runs",
            SvgPath: result.GetValue(svg))));
    }

    private static Option<double?> Number(string name, string description, double least, double most)
    {
        var option = new Option<double?>(name)
        {
            HelpName = "number",
            Description = description,
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    && number >= least
                    && number <= most)
                {
                    return number;
                }

                result.AddError(FormattableString.Invariant($"{name} needs a number from {least} to {most}; '{text}' is not one."));
                return null;
            },
        };
        return option;
    }
}
