using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace KernelGen.Examples.LongProteins;

/// <summary>The options of the command.</summary>
internal sealed class CommandLine
{
    private const int MostThreads = 1_024;

    private readonly Option<int?> _length = new("--length")
    {
        HelpName = "tokens",
        Description = Text($"The longest sequence, 1 to {Settings.LongestLength}. ")
            + Text($"[default: {Settings.DefaultLength}, or {Settings.QuickLength} with --quick]"),
        CustomParser = result => Whole(result, 1, Settings.LongestLength),
    };

    private readonly Option<string?> _data = new("--data")
    {
        HelpName = "file",
        Description = "Proteins in FASTA format. [default: the proteins that come with the example]",
    };

    private readonly Option<int?> _threads = new("--threads")
    {
        HelpName = "count",
        Description = "Threads of each call. [default: the processors of this machine]",
        CustomParser = result => Whole(result, 1, MostThreads),
    };

    private readonly Option<bool> _quick = new("--quick")
    {
        Description = "A short run: shorter sequences, fewer repetitions.",
    };

    private readonly Option<int?> _exactLimit = new("--exact-limit")
    {
        HelpName = "seconds",
        Description = "Skip exact attention where one call would take longer than this. [default: 20]",
        CustomParser = result => Whole(result, 0, 1_000_000),
    };

    private readonly Option<string?> _svg = new("--svg")
    {
        HelpName = "file",
        Description = "Where the plot goes. [default: long-proteins.svg in the current folder]",
    };

    private readonly Option<int?> _seed = new("--seed")
    {
        HelpName = "number",
        Description = "The seed of the embedding and of the random features. [default: 1]",
        CustomParser = result => Whole(result, 0, int.MaxValue),
    };

    private readonly RootCommand _root;

    /// <summary>Defines the options; <paramref name="run"/> does the job and returns the exit code.</summary>
    public CommandLine(Func<Settings, int> run)
    {
        _root = new RootCommand(
            "Attention over growing lengths of real protein sequences: exact, which takes L² time, and FAVOR+, which takes L.");
        foreach (Option option in new Option[] { _length, _data, _threads, _quick, _exactLimit, _svg, _seed })
        {
            // "--length 8192 4096" would otherwise be taken as a list.
            option.Arity = option == _quick ? ArgumentArity.Zero : ArgumentArity.ExactlyOne;
            _root.Options.Add(option);
        }

        _root.SetAction(result => run(Read(result)));
    }

    /// <summary>Parses and runs. Returns 2 where the arguments make no sense.</summary>
    public int Invoke(string[] args)
    {
        ParseResult result = _root.Parse(args);
        if (result.Errors.Count == 0)
        {
            // Exceptions are the caller's: it knows which are worth a sentence.
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }

        foreach (ParseError error in result.Errors)
        {
            Console.Error.WriteLine($"error: {error.Message}");
        }

        Console.Error.WriteLine("Give --help to see the options.");
        return ExitCode.Usage;
    }

    private Settings Read(ParseResult result)
    {
        bool quick = result.GetValue(_quick);
        return new Settings(
            Length: result.GetValue(_length) ?? (quick ? Settings.QuickLength : Settings.DefaultLength),
            DataPath: result.GetValue(_data) ?? Path.Combine(AppContext.BaseDirectory, "data", "proteins.fasta"),
            Threads: result.GetValue(_threads) ?? Math.Min(Environment.ProcessorCount, MostThreads),
            Quick: quick,
            ExactLimit: TimeSpan.FromSeconds(result.GetValue(_exactLimit) ?? 20),
            SvgPath: result.GetValue(_svg) ?? "long-proteins.svg",
            Seed: result.GetValue(_seed) ?? 1);
    }

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
