using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace KernelGen.Tests.Specs;

/// <summary>
/// Code fits the width that .editorconfig names. Text that users are to read in one piece, in a literal, may go beyond it.
/// </summary>
public sealed class LineWidthTests
{
    private const int Width = 140;

    private static readonly string[] Folders = ["attributes", "bench", "examples", "generator", "runtime", "tests"];

    [Fact]
    public void Width_is_that_of_the_editors() => Assert.Contains(
        $"max_line_length = {Width}", File.ReadAllLines(Path.Combine(Repository.Root, ".editorconfig")));

    [Fact]
    public void No_line_is_longer() => Assert.Empty(Folders
        .SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(IsWritten)
        .SelectMany(file => LongLines(File.ReadAllText(file)).Select(line => $"{Path.GetRelativePath(Repository.Root, file)}:{line + 1}")));

    /// <summary>The test above finds what it is for.</summary>
    [Fact]
    public void Long_lines_are_found_and_long_literals_are_none()
    {
        var long70 = new string('x', 70);
        Assert.Equal([0], LongLines($"class {long70} : I{long70} {{ }}"));
        Assert.Equal([1], LongLines($"class A\n// {long70}{long70}\n{{ }}"));
        Assert.Empty(LongLines($"class A {{ string a = \"{long70}{long70}\"; }}"));
        Assert.Empty(LongLines($"class A {{ string a = $\"{long70}{{1}}{long70}\"; }}"));
        Assert.Equal([0], LongLines($"class A {{ string a = \"{long70}\" + B({long70}, {long70}); }}"));
    }

    private static bool IsWritten(string file)
    {
        var parts = file.Split(Path.DirectorySeparatorChar);
        return !parts.Contains("obj") && !parts.Contains("bin") && !parts.Contains("Snapshots");
    }

    /// <summary>The lines, from 0, whose last permitted character is not within a literal.</summary>
    private static IEnumerable<int> LongLines(string code)
    {
        var text = SourceText.From(code);
        if (text.Lines.All(line => line.End - line.Start <= Width))
        {
            return [];
        }

        var root = CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot();
        return text.Lines.Where(line => line.End - line.Start > Width && !IsInLiteral(root, line.Start + Width))
            .Select(line => line.LineNumber);
    }

    private static bool IsInLiteral(SyntaxNode root, int position)
    {
        var token = root.FindToken(position);
        return token.Span.Contains(position)
            && (token.Parent is LiteralExpressionSyntax
                || token.Parent?.AncestorsAndSelf().OfType<InterpolatedStringExpressionSyntax>().Any() == true
                || EndsALiteral(token));
    }

    /// <summary>A literal that just fits may be followed by what ends its statement.</summary>
    private static bool EndsALiteral(SyntaxToken token) =>
        token.Kind() is SyntaxKind.CloseParenToken or SyntaxKind.CloseBracketToken or SyntaxKind.SemicolonToken or SyntaxKind.CommaToken
        && (token.GetPreviousToken() is var before
            && (before.Parent is LiteralExpressionSyntax or InterpolatedStringExpressionSyntax || EndsALiteral(before)));
}
