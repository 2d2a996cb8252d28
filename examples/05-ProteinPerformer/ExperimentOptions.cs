using System.CommandLine;
using System.CommandLine.Parsing;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>The options of the commands that train models, or look at trained ones.</summary>
internal sealed class ExperimentOptions
{
    private const int ShortSteps = 5, ShortLength = 512, ShortTargets = 20;

    private static readonly PredictionTask[] _tasks = [new MaskedTask(), new NextResidueTask()];

    private readonly bool _relatives;
    private readonly int _length, _steps;
    private readonly Option<string?> _task, _attention, _folder;
    private readonly Option<int?> _lengthOption, _stepsOption;

    /// <param name="relatives">The setting.</param>
    public ExperimentOptions(bool relatives)
    {
        (_relatives, _length, _steps) = relatives ? (true, 1_024, 2_400) : (false, 512, 8_000);
        _task = new("--task")
        {
            HelpName = "name",
            Description = $"What models are asked: {string.Join(" or ", _tasks.Select(task => task.Name))}. [default: {_tasks[0].Name}]",
        };
        _task.Validators.Add(result => Check(result, _tasks.Select(task => task.Name)));
        string[] names = [.. Enum.GetNames<ModelAttention>().Select(attention => attention.ToLowerInvariant())];
        _attention = new("--attention")
        {
            HelpName = "name",
            Description = $"One attention alone: {string.Join(", ", names)}. [default: all of them]",
        };
        _attention.Validators.Add(result => Check(result, names));
        _lengthOption = JobCommand.Whole(
            "--length", "tokens", FormattableString.Invariant($"The most tokens of a row, 128 to 8192. [default: {_length}]"), 128, 8_192);
        _stepsOption = JobCommand.Whole(
            "--steps", "count",
            FormattableString.Invariant($"Steps of the optimiser, 1 to 1000000. [default: {_steps}, or {ShortSteps} with --quick]"), 1,
            1_000_000);
        _folder = new("--folder")
        {
            HelpName = "folder",
            Description = "Where checkpoints are. [default: protein-runs in the current folder]",
        };
    }

    /// <summary>The seeds of a run that names none.</summary>
    public IReadOnlyList<int> Seeds => _relatives ? [1, 2] : [1];

    /// <summary>Those that the help lists before the common ones.</summary>
    public Option[] Before => [_task, _attention, _lengthOption, _stepsOption];

    /// <summary>The option that names the folder of checkpoints.</summary>
    public Option<string?> Folder => _folder;

    /// <summary>What was asked for.</summary>
    public ExperimentSettings Read(ParseResult result, JobArguments common, string? svgPath)
    {
        var task = result.GetValue(_task) ?? _tasks[0].Name;
        var attention = result.GetValue(_attention);
        return new ExperimentSettings(
            DataPath: common.DataPath,
            Relatives: _relatives,
            Task: _tasks.Single(of => of.Name.Equals(task, StringComparison.OrdinalIgnoreCase)),
            Attentions: [.. Enum.GetValues<ModelAttention>()
                .Where(of => attention is null || of.ToString().Equals(attention, StringComparison.OrdinalIgnoreCase))],
            Seeds: common.SeedIsGiven || common.Quick ? [common.Seed] : Seeds,
            Length: result.GetValue(_lengthOption) ?? (common.Quick ? Math.Min(_length, ShortLength) : _length),
            Steps: result.GetValue(_stepsOption) ?? (common.Quick ? ShortSteps : _steps),
            Threads: common.Threads,
            Targets: common.Quick ? ShortTargets : int.MaxValue,
            Folder: result.GetValue(_folder) ?? "protein-runs",
            SvgPath: svgPath);
    }

    private static void Check(OptionResult result, IEnumerable<string> names)
    {
        if (result.Tokens.Count == 1 && !names.Contains(result.Tokens[0].Value, StringComparer.OrdinalIgnoreCase))
        {
            result.AddError($"{result.Option.Name}: '{result.Tokens[0].Value}' is not one of {string.Join(", ", names)}.");
        }
    }
}
