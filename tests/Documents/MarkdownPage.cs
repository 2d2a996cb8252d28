using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KernelGen.Tests.Documents;

/// <summary>
/// A page of Markdown, as far as tests ask: its blocks of code, its headings as GitHub links to them, its links, its prose. It knows the
/// Markdown that the pages here are written in: fences, indented code, tables, headings with number signs.
/// </summary>
internal sealed partial class MarkdownPage
{
    private readonly List<CodeBlock> _blocks = [];
    private readonly List<string> _headings = [];
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _prose = new();

    public MarkdownPage(string path, string content)
    {
        Path = path;
        Read(content.ReplaceLineEndings("\n").Split('\n'));
        Anchors = FindAnchors();
    }

    /// <summary>From the root of the repository.</summary>
    public string Path { get; }

    public IReadOnlyList<CodeBlock> Blocks => _blocks;

    /// <summary>What may stand behind a number sign in a link to this page.</summary>
    public IReadOnlySet<string> Anchors { get; }

    /// <summary>Where the links and pictures of the page lead, code aside.</summary>
    public IEnumerable<string> Links => FindLinks(WithoutCodeSpans(_text.ToString()));

    /// <summary>References of the form [text][name] whose name nothing defines.</summary>
    public IEnumerable<string> UndefinedReferences
    {
        get
        {
            var text = WithoutCodeSpans(_text.ToString());
            var defined = Definition().Matches(text).Select(match => match.Groups["name"].Value.ToUpperInvariant()).ToHashSet();
            return Reference().Matches(text).Select(match => match.Groups["name"].Value)
                .Where(name => !defined.Contains(name.ToUpperInvariant()));
        }
    }

    /// <summary>The words of the page, headings included: not those of blocks of code, tables, comments and targets of links.</summary>
    public int Words => Link().Replace(_prose.ToString(), match => match.Groups["text"].Value + " ")
        .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .Count(word => word.Any(char.IsLetterOrDigit));

    /// <summary>Whether the text of the page has the word, code aside.</summary>
    public bool Mentions(string word) => _text.ToString().Contains(word, StringComparison.Ordinal);

    private void Read(string[] lines)
    {
        var (mark, isCode, headings) = ("", false, 0);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (Fence().Match(line) is { Success: true } fence)
            {
                var first = i + 1;
                i = Array.FindIndex(lines, first, other => IsEnd(other, fence));
                i = i < 0 ? lines.Length : i;
                var code = string.Concat(lines[first..i].Select(inner => Unindented(inner, fence.Groups["indent"].Length) + "\n"));
                Add(new CodeBlock(Path, first + 1, fence.Groups["language"].Value, mark, code, null), follows: headings == _headings.Count);
                (mark, headings) = ("", _headings.Count);
                continue;
            }

            // Indented code begins after an empty line, and in a list with four spaces more than its text has.
            isCode = line.StartsWith("    ", StringComparison.Ordinal) && (isCode || i == 0 || lines[i - 1].Trim().Length == 0)
                || (isCode && line.Trim().Length == 0);
            if (isCode)
            {
                continue;
            }

            var comment = Comment().Match(line);
            if (comment.Success)
            {
                mark = comment.Groups["mark"].Value;
                continue;
            }

            if (line.StartsWith('#'))
            {
                _headings.Add(line.TrimStart('#').Trim());
            }

            if (line.Trim().Length > 0)
            {
                mark = "";
            }

            _text.Append(line).Append('\n');
            if (!line.TrimStart().StartsWith('|'))
            {
                _prose.Append(line).Append('\n');
            }
        }
    }

    /// <summary>A block; of text that follows one of C# it is the output, too.</summary>
    private void Add(CodeBlock block, bool follows)
    {
        if (follows && block.Language == "text" && _blocks is [.., { Language: "csharp" } program])
        {
            _blocks[^1] = program with { Output = block.Code };
        }

        _blocks.Add(block);
    }

    private static bool IsEnd(string line, Match fence) =>
        line.TrimStart().StartsWith(fence.Groups["fence"].Value, StringComparison.Ordinal);

    private static string Unindented(string line, int indent) =>
        line[..Math.Min(indent, line.Length)].Trim().Length == 0 ? line[Math.Min(indent, line.Length)..] : line;

    /// <summary>GitHub's rule: letters, digits, hyphens and underscores stay, spaces become hyphens; a second heading gets -1.</summary>
    private HashSet<string> FindAnchors()
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (var heading in _headings)
        {
            var rendered = Link().Replace(heading, match => match.Groups["text"].Value).Replace("`", "", StringComparison.Ordinal);
            var slug = string.Concat(rendered.ToLowerInvariant().Where(IsInAnchors)).Replace(' ', '-');
            var anchor = slug;
            for (var number = 1; !anchors.Add(anchor); number++)
            {
                anchor = string.Create(CultureInfo.InvariantCulture, $"{slug}-{number}");
            }
        }

        anchors.UnionWith(HtmlAnchor().Matches(_text.ToString()).Select(match => match.Groups["name"].Value));
        return anchors;
    }

    private static bool IsInAnchors(char one) => one is ' ' or '-'
        || char.IsLetter(one)
        || CharUnicodeInfo.GetUnicodeCategory(one) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static IEnumerable<string> FindLinks(string text)
    {
        foreach (Match match in Link().Matches(text))
        {
            yield return match.Groups["target"].Value;

            // A picture that is a link is a link within one.
            foreach (var inner in FindLinks(match.Groups["text"].Value))
            {
                yield return inner;
            }
        }

        foreach (var target in new[] { Definition(), Automatic(), HtmlLink() }.SelectMany(form => form.Matches(text)))
        {
            yield return target.Groups["target"].Value;
        }
    }

    private static string WithoutCodeSpans(string text) => CodeSpan().Replace(text, " ");

    [GeneratedRegex(@"^(?<indent>\s*)(?<fence>```+|~~~+)(?<language>[\w#+-]*)")]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\s*<!--(?:\s*snippet:\s*(?<mark>.*?)\s*|.*)-->\s*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"!?\[(?<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]\((?<target>[^()\s]*(?:\([^()\s]*\))?[^()\s]*)(?:\s+""[^""]*"")?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[[^\[\]]+\]\[(?<name>[^\[\]]+)\]")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^\[(?<name>[^\[\]]+)\]:\s*(?<target>\S+)", RegexOptions.Multiline)]
    private static partial Regex Definition();

    [GeneratedRegex(@"<(?<target>https?:[^>\s]*)>")]
    private static partial Regex Automatic();

    [GeneratedRegex(@"<(?:a|img|source)\s[^>]*?(?:href|src)=""(?<target>[^""]*)""")]
    private static partial Regex HtmlLink();

    [GeneratedRegex(@"<a\s[^>]*?(?:id|name)=""(?<name>[^""]*)""")]
    private static partial Regex HtmlAnchor();

    [GeneratedRegex(@"(?<!`)(?<ticks>`+)(?!`).+?(?<!`)\k<ticks>(?!`)", RegexOptions.Singleline)]
    private static partial Regex CodeSpan();
}
