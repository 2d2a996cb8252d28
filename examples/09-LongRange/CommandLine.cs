using System.CommandLine;

namespace KernelGen.Examples.LongRange;

/// <summary>The commands of the example.</summary>
internal static class CommandLine
{
    private const string TextFile = "shakespeare.txt", SeedOf = "one round of runs; without it the seeds 1 and 2";
    private const int Seconds = 120, MostSeconds = 180, ShortSteps = 4;

    /// <summary>Parses and runs; returns the exit code.</summary>
    public static int Invoke(string[] args)
    {
        var root = Compare();
        root.Subcommands.Add(Questions());
        root.Subcommands.Add(Worker());
        return JobCommand.Invoke(root, args);
    }

    private static Command Compare()
    {
        var command = new JobCommand(
            new RootCommand(
                "One small model with each attention in turn, on tasks of up to 2,048 tokens, with the same budget: score, tokens a second, memory. Runs that are "
                    + "done are kept; the same command goes on."),
            "A short run, under a minute: short examples, four steps, four attentions. Its scores mean nothing.",
            TextFile, SeedOf, "A text");
        var options = new RunOptions();
        var task = Named("--task", "One task alone", AllTasks.Names, "all of them");
        var attention = Named("--attention", "One attention alone", AllAttentions.Names, "those that are compared");
        return command.Define([task, attention, .. options.Before], options.After, (result, common) =>
        {
            var name = result.GetValue(attention);
            return CompareCommand.Run(
                options.Read(result, common),
                result.GetValue(task) is { } one ? [one] : AllTasks.Names,
                (name, common.Quick) switch
                {
                    ({ } given, _) => [AllAttentions.Named(given)],
                    (null, true) => [.. new[] { "exact", "window", "favor", "linformer" }.Select(AllAttentions.Named)],
                    (null, false) => AllAttentions.Compared,
                });
        });
    }

    private static Command Questions()
    {
        var command = new JobCommand(
            new Command("questions", "What the comparison leaves open, in numbers: one question or all of them."),
            "Short runs: short examples, four steps. The answers mean nothing.", TextFile, SeedOf, "A text");
        var options = new RunOptions();
        var question = Named("--question", "One question alone", AllQuestions.Names, "all of them");
        return command.Define([question, .. options.Before], options.After, (result, common) => QuestionsCommand.Run(
            options.Read(result, common), result.GetValue(question) is { } one ? [one] : AllQuestions.Names));
    }

    private static Command Worker()
    {
        var plan = new Argument<string>("plan");
        var text = new Argument<string>("text");
        var command = new Command(RunProcess.Worker) { plan, text };
        command.Hidden = true;
        command.SetAction(result => RunProcess.Run(result.GetValue(plan)!, result.GetValue(text)!));
        return command;
    }

    private static Option<string?> Named(string option, string description, IReadOnlyList<string> names, string usual)
    {
        var named = new Option<string?>(option)
        {
            HelpName = "name",
            Description = $"{description}: {string.Join(", ", names)}. [default: {usual}]",
        };
        named.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !names.Contains(result.Tokens[0].Value))
            {
                result.AddError($"{option}: '{result.Tokens[0].Value}' is not one of {string.Join(", ", names)}.");
            }
        });
        return named;
    }

    /// <summary>The options of every command that runs models.</summary>
    private sealed class RunOptions
    {
        private readonly Option<int?> _seconds = JobCommand.Whole(
            "--seconds", "count",
            FormattableString.Invariant($"Time of training of each run, 1 to {MostSeconds}. [default: {Seconds}]"), 1, MostSeconds);

        private readonly Option<int?> _steps = JobCommand.Whole(
            "--steps", "count",
            FormattableString.Invariant(
                $"Steps of each run, 1 to 100000, whatever time they take, in place of --seconds. [default with --quick: {ShortSteps}]"),
            1, 100_000);

        private readonly Option<string?> _folder = new("--folder")
        {
            HelpName = "folder",
            Description = "Where runs that are done are kept. [default: long-range-runs in the current folder]",
        };

        private readonly Option<string?> _svgFolder = new("--svg-folder")
        {
            HelpName = "folder",
            Description = "Where plots go. [default: no plots]",
        };

        public RunOptions() => _steps.Validators.Add(result =>
        {
            if (result.GetResult(_seconds) is not null)
            {
                result.AddError("--steps and --seconds are both given, but a run has one budget: leave one out.");
            }
        });

        /// <summary>Those that the help lists before the common ones.</summary>
        public Option[] Before => [_seconds, _steps];

        /// <summary>And after them.</summary>
        public Option[] After => [_folder, _svgFolder];

        /// <summary>What was asked for.</summary>
        public JobSettings Read(ParseResult result, JobArguments common)
        {
            var budget = (result.GetValue(_seconds), result.GetValue(_steps)) switch
            {
                (_, { } steps) => Budget.OfSteps(steps),
                ({ } seconds, null) => Budget.OfSeconds(seconds),
                (null, null) => common.Quick ? Budget.OfSteps(ShortSteps) : Budget.OfSeconds(Seconds),
            };
            return new JobSettings(
                new Planner(
                    common.Quick, budget, common.Threads, common.SeedIsGiven || common.Quick ? [common.Seed] : [1, 2], common.DataPath),
                result.GetValue(_folder) ?? "long-range-runs",
                result.GetValue(_svgFolder));
        }
    }
}
