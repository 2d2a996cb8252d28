using System.Globalization;
using System.Security;
using System.Text;

namespace KernelGen;

/// <summary>
/// An SVG picture with a title. The background is white in any viewer, and the text is text, so that a picture in version control can be
/// compared.
/// </summary>
internal sealed class SvgPage
{
    /// <summary>Where the title and all below it begin, from the left.</summary>
    public const int Left = 84;

    private readonly StringBuilder _svg = new();

    /// <summary>Begins the picture.</summary>
    public SvgPage(int width, int height, string title, string subtitle)
    {
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\"");
        Line($"     role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" fill=\"#222\">");
        Line($"  <title>{Escape(title)}</title>");
        Line($"  <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>");
        Line($"  <text x=\"{Left}\" y=\"32\" font-size=\"18\" font-weight=\"bold\">{Escape(title)}</text>");
        Line($"  <text x=\"{Left}\" y=\"54\" fill=\"#555\">{Escape(subtitle)}</text>");
    }

    /// <summary>Adds a line of the file, numbers in the invariant culture; line ends do not depend on the machine.</summary>
    public void Line(FormattableString text) => _svg.Append(Text(text)).Append('\n');

    /// <summary>Ends the picture: the whole file.</summary>
    public string Close()
    {
        Line($"</svg>");
        return _svg.ToString();
    }

    /// <summary>Text as it may stand between tags and in attributes.</summary>
    public static string Escape(string text) => SecurityElement.Escape(text);

    /// <summary>Text in the invariant culture.</summary>
    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
