using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;

namespace KernelGen.Examples;

/// <summary>
/// What the command lines of all examples have in common: options, how they are parsed, what errors look like. An example that does one job
/// has one such command; one that does several has a named command for each.
/// </summary>
internal sealed class JobCommand
{
    private const int MostThreads = 1_024;

    private readonly Command _command;
    private readonly string _dataFile;
    private readonly Option<string?> _data;

    private readonly Option<int?> _threads = Whole(
        "--threads", "count", "Threads of each call. [default: the processors of this machine]", 1, MostThreads);

    private readonly Option<bool> _quick;

    private readonly Option<int?> _seed;

    /// <summary>Defines the command of an example that does one job, on <c>proteins.fasta</c>, with random weights.</summary>
    /// <param name="description">What the example does.</param>
    /// <param name="quick">What a short run leaves out.</param>
    public JobCommand(string description, string quick)
        : this(new RootCommand(description), quick, "proteins.fasta", "the embedding and of the random features")
    {
    }

    /// <summary>Defines one of several commands.</summary>
    /// <param name="command">The command, named and described.</param>
    /// <param name="quick">What a short run leaves out.</param>
    /// <param name="dataFile">The file of the folder <c>data</c> that is read unless another is asked for.</param>
    /// <param name="seedOf">What the seed is the seed of.</param>
    /// <param name="data">What the file holds.</param>
    public JobCommand(Command command, string quick, string dataFile, string seedOf, string data = "Proteins in FASTA format")
    {
        _data = new("--data") { HelpName = "file", Description = $"{data}. [default: {dataFile}, which comes with the example]" };
        _command = command;
        _dataFile = dataFile;
        _quick = new("--quick") { Description = quick };
        _seed = Whole("--seed", "number", $"The seed of {seedOf}. [default: 1]", 0, int.MaxValue);
    }

    /// <summary>An option that takes a whole number.</summary>
    public static Option<int?> Whole(string name, string helpName, string description, int least, int most) => new(name)
    {
        HelpName = helpName,
        Description = description,
        CustomParser = result => Whole(result, least, most),
    };

    /// <summary>Parses and runs the only command of an example: <see cref="Define"/> and <see cref="Invoke(Command, string[])"/>.</summary>
    public int Invoke(string[] args, Option[] before, Option[] after, Func<ParseResult, JobArguments, int> run) =>
        Invoke(Define(before, after, run), args);

    /// <summary>Gives the command its options and its job.</summary>
    /// <param name="before">Options of the command's own that the help lists before the common ones.</param>
    /// <param name="after">And after them.</param>
    /// <param name="run">The job; returns the exit code.</param>
    public Command Define(Option[] before, Option[] after, Func<ParseResult, JobArguments, int> run)
    {
        foreach (var option in (Option[])[.. before, _data, _threads, _quick, .. after, _seed])
        {
            // "--length 8192 4096" would otherwise be taken as a list.
            option.Arity = option is Option<bool> ? ArgumentArity.Zero : ArgumentArity.ExactlyOne;
            _command.Options.Add(option);
        }

        _command.SetAction(result => run(result, Read(result)));
        return _command;
    }

    /// <summary>
    /// Parses and runs. A <see cref="JobException"/> of the job becomes a sentence. Returns 2 where the arguments make no sense, else what
    /// the job returns.
    /// </summary>
    /// <param name="root">The command with its options, or with a command for each job.</param>
    /// <param name="args">The arguments of the process.</param>
    public static int Invoke(Command root, string[] args)
    {
        Console.OutputEncoding = Encoding.UTF8;
        var result = root.Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
            {
                Console.Error.WriteLine($"error: {error.Message}");
            }

            Console.Error.WriteLine("Give --help to see the options.");
            return ExitCode.Usage;
        }

        try
        {
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (JobException e)
        {
            Console.Error.WriteLine($"error: {e.Message}");
            return ExitCode.Failure;
        }
    }

    private JobArguments Read(ParseResult result) => new(
        DataPath: result.GetValue(_data) ?? Path.Combine(AppContext.BaseDirectory, "data", _dataFile),
        Threads: result.GetValue(_threads) ?? Math.Min(Environment.ProcessorCount, MostThreads),
        Quick: result.GetValue(_quick),
        Seed: result.GetValue(_seed) ?? 1,
        SeedIsGiven: result.GetValue(_seed) is not null);

    private static int? Whole(ArgumentResult argument, int least, int most)
    {
        var text = argument.Tokens[0].Value;
        var option = (argument.Parent as OptionResult)?.Option.Name ?? "the argument";
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            argument.AddError(Text($"{option} needs a whole number from {least} to {most}, without separators; '{text}' is not one."));
            return null;
        }

        if (number < least || number > most)
        {
            argument.AddError(Text($"{option} {number} is out of range: give a number from {least} to {most}."));
            return null;
        }

        return (int)number;
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
