using System.Text.RegularExpressions;

namespace KernelGen.Bench.Compare;

/// <summary>Names of rows as a user writes them: patterns with commas between, in which * stands for any characters.</summary>
internal sealed class RowPattern
{
    private readonly (string Text, Regex Regex)[] _parts;

    private RowPattern(IEnumerable<string> parts) => _parts = [.. parts.Select(part => (part, new Regex(
        $"^{Regex.Escape(part).Replace("\\*", ".*")}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)))];

    /// <summary>Every row.</summary>
    public static RowPattern All { get; } = new(["*"]);

    /// <summary>The kernels that the project's targets name, the short calls and a step.</summary>
    public static RowPattern Quick { get; } = new(["favor-softmax/*", "exact-softmax/bidirectional/forward/*"]);

    /// <exception cref="FormatException">There is an empty pattern.</exception>
    public static RowPattern Parse(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        return parts.Contains("") ? throw new FormatException($"'{text}' holds an empty pattern.") : new RowPattern(parts);
    }

    public bool Matches(string row) => _parts.Any(part => part.Regex.IsMatch(row));

    /// <summary>The parts that match none of the rows.</summary>
    public IEnumerable<string> Unmatched(IReadOnlyCollection<string> rows) =>
        _parts.Where(part => !rows.Any(row => part.Regex.IsMatch(row))).Select(part => part.Text);
}
