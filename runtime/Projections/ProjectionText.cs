using System.Globalization;
using System.Text;

namespace KernelGen;

/// <summary>The text form of a projection, as <see cref="Projection.ToText"/> documents it.</summary>
internal static class ProjectionText
{
    public const int Version = 1;

    private const string HeaderPattern = "KernelGen.Projection version 1 draw Orthogonal rows 40 columns 16";
    private const string ChecksumWord = "crc32";

    /// <summary>Writes the form.</summary>
    public static string Write(ProjectionContent content)
    {
        var sizes = content.Sizes;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture,
            $"KernelGen.Projection version {Version} draw {sizes.Draw} rows {sizes.Rows} columns {sizes.Columns}\n");
        for (var start = 0; start < content.Signs.Length; start += sizes.PaddedColumns)
        {
            foreach (var sign in content.Signs.AsSpan(start, sizes.PaddedColumns))
            {
                text.Append(sign < 0 ? '-' : '+');
            }

            text.Append('\n');
        }

        var perLine = NumbersPerLine(sizes);
        for (var i = 0; i < content.Numbers.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{content.Numbers[i]:R}").Append((i + 1) % perLine == 0 ? '\n' : ' ');
        }

        text.Append(CultureInfo.InvariantCulture, $"{ChecksumWord} {ProjectionBinary.Checksum(content):X8}\n");
        return text.ToString();
    }

    /// <summary>Reads the form.</summary>
    /// <exception cref="FormatException">It is not right.</exception>
    public static ProjectionContent Read(ReadOnlySpan<char> text)
    {
        ProjectionTextReader reader = new(text);
        var sizes = ReadHeader(reader.Line(HeaderPattern));

        // Before the arrays are made: a number takes a character and what separates it from the next.
        var least = 2 * sizes.NumberCount + sizes.SignCount;
        if (reader.Remaining < least)
        {
            throw new FormatException(
                $"{sizes.Rows} rows and {sizes.Columns} columns take at least {least} characters; {reader.Remaining} follow the first line.");
        }

        var signs = new float[sizes.SignCount];
        for (var start = 0; start < signs.Length; start += sizes.PaddedColumns)
        {
            reader.Signs(signs.AsSpan(start, sizes.PaddedColumns));
        }

        var numbers = new float[sizes.NumberCount];
        for (var start = 0; start < numbers.Length; start += NumbersPerLine(sizes))
        {
            reader.Numbers(numbers.AsSpan(start, NumbersPerLine(sizes)));
        }

        var stored = reader.Checksum(ChecksumWord);
        reader.End();
        ProjectionContent content = new(sizes, signs, numbers);
        if (content.Problem() is { } problem)
        {
            throw new FormatException(problem);
        }

        var computed = ProjectionBinary.Checksum(content);
        return computed == stored
            ? content
            : throw new FormatException(
                $"The projection is damaged: its numbers have the checksum {computed:X8}, but {stored:X8} was saved.");
    }

    private static int NumbersPerLine(ProjectionSizes sizes) => sizes.IsHadamard ? 1 : sizes.Columns;

    private static ProjectionSizes ReadHeader(ReadOnlySpan<char> line)
    {
        var words = line.ToString().Split(' ');
        if (words[0] != "KernelGen.Projection" || words.Length < 3 || words[1] != "version")
        {
            throw NotAHeader(line);
        }

        var version = HeaderNumber(line, words[2]);
        if (version != Version)
        {
            throw new FormatException(
                $"The projection was written in version {version} of the text form; this library reads version {Version}.");
        }

        if (words is not [_, _, _, "draw", string drawName, "rows", string rowCount, "columns", string columnCount])
        {
            throw NotAHeader(line);
        }

        // TryParse also takes numbers and lists.
        if (!Enum.TryParse(drawName, out ProjectionDraw draw) || drawName != draw.ToString() || !Enum.IsDefined(draw))
        {
            throw new FormatException(
                $"The projection has the draw '{ProjectionTextReader.Shown(drawName)}'; "
                + $"draws are {string.Join(", ", Enum.GetNames<ProjectionDraw>())}.");
        }

        ProjectionSizes sizes = new(draw, HeaderNumber(line, rowCount), HeaderNumber(line, columnCount));
        if (sizes.Rows < 1 || sizes.Columns < 1)
        {
            throw new FormatException($"The projection has {sizes.Rows} rows and {sizes.Columns} columns; both must be at least 1.");
        }

        return sizes.Excess() is { } excess ? throw new FormatException(excess) : sizes;
    }

    private static int HeaderNumber(ReadOnlySpan<char> line, string word) =>
        int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw NotAHeader(line);

    private static FormatException NotAHeader(ReadOnlySpan<char> line) =>
        new($"This is no projection: its first line is '{ProjectionTextReader.Shown(line)}', not such as '{HeaderPattern}'.");
}
