using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;

namespace KernelGen.Examples;

/// <summary>What the command lines of all examples have in common: options, how they are parsed, what errors look like.</summary>
internal sealed class JobCommand
{
    private const int MostThreads = 1_024;

    private readonly RootCommand _root;
    private readonly Option<string?> _data = new("--data")
    {
        HelpName = "file",
        Description = "Proteins in FASTA format. [default: the proteins that come with the example]",
    };

    private readonly Option<int?> _threads = Whole(
        "--threads", "count", "Threads of each call. [default: the processors of this machine]", 1, MostThreads);

    private readonly Option<bool> _quick;

    private readonly Option<int?> _seed = Whole(
        "--seed", "number", "The seed of the embedding and of the random features. [default: 1]", 0, int.MaxValue);

    /// <summary>Defines the options.</summary>
    /// <param name="description">What the example does.</param>
    /// <param name="quick">What a short run leaves out.</param>
    public JobCommand(string description, string quick)
    {
        _quick = new("--quick") { Description = quick };
        _root = new RootCommand(description);
    }

    /// <summary>An option that takes a whole number.</summary>
    public static Option<int?> Whole(string name, string helpName, string description, int least, int most) => new(name)
    {
        HelpName = helpName,
        Description = description,
        CustomParser = result => Whole(result, least, most),
    };

    /// <summary>
    /// Parses and runs. <paramref name="run"/> does the job and returns the exit code; a <see cref="JobException"/> of it becomes a sentence.
    /// Returns 2 where the arguments make no sense.
    /// </summary>
    /// <param name="args">The arguments of the process.</param>
    /// <param name="before">Options of the example's own that the help lists before the common ones.</param>
    /// <param name="after">And after them.</param>
    /// <param name="run">The job.</param>
    public int Invoke(string[] args, Option[] before, Option[] after, Func<ParseResult, JobArguments, int> run)
    {
        Console.OutputEncoding = Encoding.UTF8;
        foreach (Option option in (Option[])[.. before, _data, _threads, _quick, .. after, _seed])
        {
            // "--length 8192 4096" would otherwise be taken as a list.
            option.Arity = option is Option<bool> ? ArgumentArity.Zero : ArgumentArity.ExactlyOne;
            _root.Options.Add(option);
        }

        _root.SetAction(result => run(result, Read(result)));
        ParseResult result = _root.Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (ParseError error in result.Errors)
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
        DataPath: result.GetValue(_data) ?? Path.Combine(AppContext.BaseDirectory, "data", "proteins.fasta"),
        Threads: result.GetValue(_threads) ?? Math.Min(Environment.ProcessorCount, MostThreads),
        Quick: result.GetValue(_quick),
        Seed: result.GetValue(_seed) ?? 1);

    private static int? Whole(ArgumentResult argument, int least, int most)
    {
        string text = argument.Tokens[0].Value;
        string option = (argument.Parent as OptionResult)?.Option.Name ?? "the argument";
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
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
