using System.Globalization;
using System.Text.RegularExpressions;

namespace KernelGen.Bench.Compare;

/// <summary>An error that a build said.</summary>
/// <param name="File">The file that it is in; null where it is in none.</param>
/// <param name="Text">Line, identifier and message.</param>
internal sealed partial record CompilerError(string? File, string Text)
{
    /// <summary>The errors in what a build wrote, each once.</summary>
    public static IReadOnlyList<CompilerError> Parse(string output) =>
    [
        .. output.Split('\n').Select(line => Line().Match(line.TrimEnd())).Where(match => match.Success).Select(match => new CompilerError(
            match.Groups["line"].Success ? match.Groups["file"].Value.Trim() : null,
            match.Groups["line"].Success
                ? string.Create(CultureInfo.InvariantCulture, $"line {match.Groups["line"].Value}: {match.Groups["text"].Value}")
                : match.Groups["text"].Value)).Distinct(),
    ];

    public override string ToString() => File is null ? Text : $"{Path.GetFileName(File)}, {Text}";

    // FILE(LINE,COLUMN): error CS0117: MESSAGE [PROJECT], or another origin before the colon.
    [GeneratedRegex(
        @"^(?<file>.*?)(\((?<line>\d+),\d+(,\d+,\d+)?\))? ?: error (?<text>[A-Z]+\d+: .*?)( \[[^\]]*\])?$", RegexOptions.CultureInvariant)]
    private static partial Regex Line();
}
