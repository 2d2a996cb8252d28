using System.Globalization;
using Spectre.Console;

namespace KernelGen.Examples;

/// <summary>Prints the lines and tables of a report, numbers in the invariant culture.</summary>
internal sealed class Printer(IAnsiConsole console)
{
    /// <summary>A line with markup; its arguments are escaped, since a path may hold brackets.</summary>
    public void Line(FormattableString text) => console.MarkupLineInterpolated(CultureInfo.InvariantCulture, text);

    /// <summary>An empty line.</summary>
    public void Space() => console.WriteLine();

    /// <summary>A paragraph that begins with a word in bold.</summary>
    public void Note(string about, params FormattableString[] sentences) =>
        console.MarkupLine($"[bold]{about}[/]: {string.Join(' ', sentences.Select(sentence => Markup.Escape(Text(sentence))))}");

    /// <summary>A line that ends with a path, relative to the current folder if it lies in it.</summary>
    public void Path(FormattableString before, string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        var relative = System.IO.Path.GetRelativePath(Environment.CurrentDirectory, full);

        // Not through the console, which would break a long path into lines.
        console.Profile.Out.Writer.WriteLine(Text(before) + (relative.StartsWith("..", StringComparison.Ordinal) ? full : relative));
    }

    /// <summary>Says where plots are, or which option gives them.</summary>
    public void Plots(string option, params string?[] paths)
    {
        foreach (var path in paths.OfType<string>())
        {
            Path($"Plot: ", path);
        }

        if (paths.All(path => path is null))
        {
            Line($"No plot was asked for: {option} says where it goes.");
        }
    }

    /// <summary>A table of cells of plain text; titles that begin with '&lt;' have their columns aligned to the left.</summary>
    public void Table(IEnumerable<string> titles, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var title in titles)
        {
            var left = title.StartsWith('<');
            table.AddColumn(new TableColumn(Markup.Escape(left ? title[1..] : title))
            {
                Alignment = left ? Justify.Left : Justify.Right,
                NoWrap = true,
            }.Padding(0, 0, 1, 0));
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        console.Write(table);
    }

    /// <summary>Says so in a Debug build.</summary>
    [System.Diagnostics.Conditional("DEBUG")]
    public void WarnOfDebug() => Line($"[yellow]This is a Debug build: its times mean little. Run it with -c Release.[/]");

    /// <summary>A time in milliseconds, to three digits.</summary>
    public static string Milliseconds(TimeSpan time) => time.TotalMilliseconds switch
    {
        < 10 => Text($"{time.TotalMilliseconds:F2}"),
        < 100 => Text($"{time.TotalMilliseconds:F1}"),
        _ => Text($"{time.TotalMilliseconds:N0}"),
    };

    /// <summary>A ratio as a share of a hundred.</summary>
    public static string Percent(double ratio) => ratio < 10 ? Text($"{100 * ratio:F1} %") : Text($"{100 * ratio:N0} %");

    /// <summary>Text in the invariant culture.</summary>
    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
