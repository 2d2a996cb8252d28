using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace KernelGen.Tests.Harness.Testing;

/// <summary>Reads `{|ID:text|}`: the text is marked as the span of diagnostic ID. Marks may nest.</summary>
internal static class Markup
{
    public static (string Text, List<(string Id, TextSpan Span)> Marked) Parse(string source)
    {
        var text = new StringBuilder();
        var marked = new List<(string, TextSpan)>();
        var open = new Stack<(string Id, int Start)>();
        for (var i = 0; i < source.Length; i++)
        {
            if (string.CompareOrdinal(source, i, "{|", 0, 2) == 0)
            {
                var colon = source.IndexOf(':', i);
                open.Push((source[(i + 2)..colon], text.Length));
                i = colon;
            }
            else if (open.Count > 0 && string.CompareOrdinal(source, i, "|}", 0, 2) == 0)
            {
                var (id, start) = open.Pop();
                marked.Add((id, TextSpan.FromBounds(start, text.Length)));
                i++;
            }
            else
            {
                text.Append(source[i]);
            }
        }

        return open.Count == 0 ? (text.ToString(), marked) : throw new FormatException($"'{open.Peek().Id}' is not closed by |}}.");
    }
}
