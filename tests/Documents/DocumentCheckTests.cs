using Xunit;

namespace KernelGen.Tests.Documents;

/// <summary>The tests of documents find what they are for.</summary>
public sealed class DocumentCheckTests
{
    private const string Declaration = "[SoftmaxAttention(HeadDim = 16)]\npublic sealed partial class Own;";

    private static readonly string Fence = new('`', 3);

    [Theory]
    [InlineData("var shape = new AttentionShape(1, 2, 3);", 0)]
    [InlineData("attention.Forward(query, key, value, output, shape);", 0)]
    [InlineData("attention.Forward(query, key, value, shape);", 1)]
    [InlineData("attention.Backward(query);", 1)]
    [InlineData(Declaration, 0)]
    [InlineData("[SoftmaxAttention(HeadDim = 16, Window = 3)]\npublic sealed partial class Own;", 1)]
    [InlineData("[FavorAttention(HeadDim = 64, Features = 16, InputScale = 1)]\npublic sealed partial class Own;", 1)] // A warning.
    [InlineData("[SoftmaxAttention(HeadDim = 16)]\npublic sealed class Own;", 1)]
    public void Fragments(string code, int faults) => Assert.Equal(faults, Faults(Block(code)).Count);

    [Fact]
    public void A_fragment_sees_types_of_blocks_before_it_and_no_variables()
    {
        Assert.Empty(Faults(Block(Declaration) + Block("var own = new Own();")));
        Assert.NotEmpty(Faults(Block("var own = new Own();") + Block(Declaration)));
        Assert.NotEmpty(Faults(Block("var mine = 1;") + Block("var more = mine;")));
    }

    [Theory]
    [InlineData("Console.WriteLine(Own.HeadDim);", "16", 0)]
    [InlineData("Console.WriteLine(Own.HeadDim);", "1…", 0)]
    [InlineData("Console.WriteLine(Own.HeadDim);", "17", 1)]
    [InlineData("Console.WriteLine(Own.HeadDim);", "16\n16", 1)]
    [InlineData("return 3;", "", 1)]
    [InlineData("throw new Exception();", "", 1)]
    [InlineData("attention.Forward(query, key, value, output, shape);", "", 1)] // Nothing is given to a program.
    [InlineData("string text = null;", "", 1)] // A warning.
    public void Programs(string statement, string output, int least)
    {
        var page = Block($"using KernelGen;\n\n{statement}\n\n{Declaration}") + $"It prints\n\n{Fence}text\n{output}\n{Fence}\n";
        Assert.Equal(least, Math.Min(Faults(page).Count, 1));
    }

    [Theory]
    [InlineData("abc", "abc", true)]
    [InlineData("a…c", "abc", true)]
    [InlineData("a…c", "ac", true)]
    [InlineData("a…c", "ab", false)]
    [InlineData("ab…bc", "abc", false)]
    [InlineData("a…b…c", "axbyc", true)]
    [InlineData("a…b…c", "axyc", false)]
    [InlineData("a\nb", "a", false)]
    [InlineData("a 1,234 ms", "a 0.5 ms", true)]
    [InlineData("a 1,234 kB", "a 0.5 kB", false)]
    [InlineData("a 1,234 ms", "a  ms", false)]
    public void Outputs(string expected, string actual, bool matches) => Assert.Equal(matches, SnippetRun.Matches(expected, actual));

    [Theory]
    [InlineData("[SoftmaxAttention(HeadDim = 4096)]   // KGEN005 at 4096\n[SoftmaxAttention(HeadDim = 64)]   // mended", 0)]
    [InlineData("[SoftmaxAttention(HeadDim = 64)]   // KGEN005 at 4096\n[SoftmaxAttention(HeadDim = 64)]   // mended", 1)]
    [InlineData("[SoftmaxAttention(HeadDim = 4096)]   // KGEN005 at 4096\n[SoftmaxAttention(HeadDim = 4096)]   // mended", 1)]
    [InlineData("static float Phi(float x) => MathF.Sinh(x);   // KGEN018\nstatic float Phi(float x) => -x;   // KGEN018", 1)]
    public void Diagnostics(string code, int faults) => Assert.Equal(faults, Faults(Block(code)).Count);

    [Theory]
    [InlineData("// N = Q · Kᵀ is not there", 1)]
    [InlineData("public sealed partial class Own", 1)] // As the emitted file does not say it: the kernel comes first there.
    [InlineData("public const int HeadDim = 16;\n…", 0)]
    public void Excerpts(string line, int faults) =>
        Assert.Equal(faults, Faults(Block(Declaration) + "<!-- snippet: emitted -->\n" + Block(line)).Count);

    [Fact]
    public void A_mark_that_nobody_knows_is_a_fault() => Assert.Single(Faults("<!-- snippet: gpus -->\n" + Block("var a = 1;")));

    [Theory]
    [InlineData("[a](README.md)", 0)]
    [InlineData("[a](readme.md)", 1)]
    [InlineData("[a](docs)", 0)]
    [InlineData("[a](/docs/README.md)", 0)]
    [InlineData("[a](../README.md)", 1)]
    [InlineData("[a\nb](nowhere.md)", 1)]
    [InlineData("![a](nowhere.svg)", 1)]
    [InlineData("[![a](nowhere.svg)](nowhere.md)", 2)]
    [InlineData("`[a](nowhere.md)`", 0)]
    [InlineData("    [a](nowhere.md)", 0)]
    [InlineData("| [a](nowhere.md) |", 1)]
    [InlineData("[a](#one-heading-of-code)\n\n## One *heading* of `code`", 0)]
    [InlineData("[a](#more)\n\n## One", 1)]
    [InlineData("[a](#one-1)\n\n## One\n\n# One", 0)]
    [InlineData("[a](generator/Diagnostics/README.md#kgen001)", 0)]
    [InlineData("[a](generator/Diagnostics/README.md#kgen000)", 1)]
    [InlineData("[a](https://github.com/kernelgen/kernelgen/blob/main/docs/README.md)", 0)]
    [InlineData("[a](https://github.com/kernelgen/kernelgen/blob/main/docs/nowhere.md)", 1)]
    [InlineData("[a](https://github.com/kernelgen/kernelgen/blob/other/docs/README.md)", 1)]
    [InlineData("[a](https://example.org/a%20b)", 0)]
    [InlineData("[a](htps://example.org)", 1)]
    [InlineData("[a][b]", 1)]
    [InlineData("[a][b]\n\n[b]: https://example.org", 0)]
    [InlineData("[a][b]\n\n[b]: nowhere.md", 1)]
    [InlineData("<a href=\"nowhere.md\">a</a>", 1)]
    public void Links(string text, int faults) => Assert.Equal(faults, LinkCheck.Faults(new MarkdownPage("PAGE.md", text)).Count());

    [Theory]
    [InlineData("One *two* three.", 3)]
    [InlineData("# One\n\ntwo — three [four five](six-seven-eight.md)", 5)]
    [InlineData("one\n\n    two three\n\nfour", 2)]
    [InlineData("one\n\n```csharp\ntwo three\n```\n\nfour", 2)]
    [InlineData("| one | two |\n| --- | --- |\n\nthree `four five`", 3)]
    [InlineData("<!-- snippet: gpu -->\none", 1)]
    public void Words(string text, int words) => Assert.Equal(words, new MarkdownPage("PAGE.md", text).Words);

    private static string Block(string code) => $"{Fence}csharp\n{code}\n{Fence}\n\n";

    private static List<string> Faults(string page) =>
        [.. Snippet.Of(new MarkdownPage("PAGE.md", page)).SelectMany(snippet => snippet.Faults())];
}
