using System.Text.RegularExpressions;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Tests.Documents;

/// <summary>
/// One block of C# of a page, and what is asked of it. tests/Documents/README.md has the rules, for those who write pages.
/// </summary>
internal sealed partial class Snippet(MarkdownPage page, CodeBlock block, IReadOnlyList<MemberDeclarationSyntax> typesBefore)
{
    /// <summary>The mark of what a generated file says, in part.</summary>
    public const string Emitted = "emitted";

    private readonly CompilationUnitSyntax _root = SnippetContext.Parse(block.Code).GetCompilationUnitRoot();

    public CodeBlock Block => block;

    /// <summary>A block that brings its usings and has statements is a whole program.</summary>
    public bool IsProgram => block.Mark.Length == 0 && _root.Usings.Count > 0 && _root.Members.OfType<GlobalStatementSyntax>().Any();

    /// <summary>
    /// Lines with the comment "KGENnnn…" are wrong in that way, those with "mended" or "or" are right; each stands for the others.
    /// </summary>
    public bool ShowsDiagnostics => block.Mark.Length == 0 && block.Code.Split('\n').Any(line => Wrong().IsMatch(line));

    /// <summary>The snippets of a page from top to bottom: each sees the types of those before it.</summary>
    public static IEnumerable<Snippet> Of(MarkdownPage page)
    {
        var types = new List<MemberDeclarationSyntax>();
        foreach (var block in page.Blocks.Where(block => block.Language == "csharp"))
        {
            var snippet = new Snippet(page, block, [.. types]);
            yield return snippet;
            if (!snippet.IsProgram && !snippet.ShowsDiagnostics && block.Mark != Emitted)
            {
                types.RemoveAll(type => snippet.Types.Any(newer => Name(newer) == Name(type)));
                types.AddRange(snippet.Types);
            }
        }
    }

    /// <summary>What is wrong with the block; nothing where it is as it should be.</summary>
    public IReadOnlyList<string> Faults() =>
        ShowsDiagnostics ? DiagnosticFaults()
        : block.Mark == Emitted ? EmittedFaults()
        : !SnippetContext.ByMark.TryGetValue(block.Mark, out var context) ? [$"{block}: there is no mark '{block.Mark}'"]
        : IsProgram ? ProgramFaults(context)
        : FragmentFaults(context);

    private IEnumerable<MemberDeclarationSyntax> Types => _root.Members.Where(member => member is not GlobalStatementSyntax);

    private IReadOnlyList<string> ProgramFaults(SnippetContext context)
    {
        var compilation = context.Program(Located(block.Code, block.Line), out var reported);
        var faults = Shown(reported.Where(one => one.Severity >= DiagnosticSeverity.Warning));
        return faults.Count > 0 ? faults
            : SnippetRun.Fault(compilation, block.Output) is { } fault ? [$"{block}: {fault}"]
            : [];
    }

    private IReadOnlyList<string> FragmentFaults(SnippetContext context)
    {
        // Statements come first in C#, where a page may declare first.
        var (statements, types) = (_root.Members.OfType<GlobalStatementSyntax>().ToList(), Types.ToList());
        var usings = string.Concat(_root.Usings.Select(one => one.ToFullString()));
        var own = Located([.. statements, .. types], usings);
        var earlier = typesBefore.Where(type => types.All(newer => Name(newer) != Name(type))).Select(type => type.ToFullString());
        context.Fragment([own, SnippetContext.Parse(string.Concat(earlier))], statements.Count > 0, out var reported);

        // A part of a program may leave a variable unused, but this generator may warn only of what the page speaks of.
        return Shown(reported.Where(one => one.Severity == DiagnosticSeverity.Error
            || (one.Severity == DiagnosticSeverity.Warning && one.Id.StartsWith("KGEN", StringComparison.Ordinal)
                && one.Location.GetMappedLineSpan().Path == block.Page && !page.Mentions(one.Id))));
    }

    private List<string> DiagnosticFaults()
    {
        var lines = block.Code.Split('\n');
        var ids = Wrong().Matches(block.Code).Select(match => match.Groups["id"].Value).ToHashSet();
        var faults = new List<string>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (!IsAlternative(lines[i]))
            {
                continue;
            }

            var alternative = string.Join('\n', lines.Where((line, at) => at == i || !IsAlternative(line)));
            SnippetContext.ByMark[""].Fragment([SnippetContext.Parse(Completed(alternative))], false, out var reported);
            var said = reported.Select(one => one.Id).Where(id => id.StartsWith("KGEN", StringComparison.Ordinal)).ToHashSet();
            if (Wrong().Match(lines[i]) is { Success: true } wrong ? !said.Contains(wrong.Groups["id"].Value) : said.Overlaps(ids))
            {
                faults.Add($"{block.Page}:{block.Line + i}: reported are [{string.Join(", ", said)}], by: {Completed(alternative)}");
            }
        }

        return faults;
    }

    private List<string> EmittedFaults()
    {
        var run = new GeneratorRun("using KernelGen;\n" + string.Concat(typesBefore.Select(type => type.ToFullString())));
        var emitted = string.Join('\n', run.Files.Values).Split('\n').Select(line => line.Trim()).ToList();
        var from = 0;
        foreach (var line in block.Code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !line.EndsWith('…')))
        {
            var at = emitted.IndexOf(line, from);
            if (at < 0)
            {
                return [$"{block}: no generated file of the layers above says here: {line}"];
            }

            from = at + 1;
        }

        return [];
    }

    private static bool IsAlternative(string line) => Wrong().IsMatch(line) || Right().IsMatch(line);

    /// <summary>An attribute without a class gets one, and a method an attribute that names it.</summary>
    private static string Completed(string code)
    {
        var members = SnippetContext.Parse(code).GetCompilationUnitRoot().Members;
        if (members.Any(member => member is TypeDeclarationSyntax))
        {
            return code;
        }

        var attribute = Method().Match(code).Groups["name"].Value switch
        {
            "" => "",
            "Phi" => "[FavorAttention(HeadDim = 64, Features = 256, KernelFunctionName = \"Phi\")]",
            "Sees" => "[SoftmaxAttention(HeadDim = 64, Mask = \"Sees\")]",
            var other => $"[SoftmaxAttention(HeadDim = 64, Causal = true, Score = \"{other}\")]",
        };
        return attribute.Length == 0
            ? $"{code}\npublic sealed partial class Layer {{ private static float Phi(float x) => MathF.Exp(x); }}"
            : $$"""
            {{attribute}}
            public sealed partial class Layer
            {
                private static float Scale = 2;
                private static readonly bool[,] _allowed = new bool[8, 8];
                {{code}}
            }
            """;
    }

    private SyntaxTree Located(string code, int line) => SnippetContext.Parse($"#line {line} \"{block.Page}\"\n{code}");

    private SyntaxTree Located(IReadOnlyList<SyntaxNode> nodes, string usings)
    {
        int Line(SyntaxNode node) => block.Line + node.SyntaxTree.GetLineSpan(node.FullSpan).StartLinePosition.Line;
        var text = nodes.Select(node => $"#line {Line(node)} \"{block.Page}\"\n{node.ToFullString()}");
        return SnippetContext.Parse(usings + "\n" + string.Join('\n', text));
    }

    private static string Name(MemberDeclarationSyntax type) => type switch
    {
        BaseTypeDeclarationSyntax named => named.Identifier.Text,
        _ => type.ToString(),
    };

    private static List<string> Shown(IEnumerable<Diagnostic> diagnostics) => [.. diagnostics.Select(one =>
    {
        var place = one.Location.GetMappedLineSpan();
        return $"{place.Path}:{place.StartLinePosition.Line + 1}: {one.Id}: {one.GetMessage()}";
    }).Distinct()];

    [GeneratedRegex(@"//\s*(?<id>KGEN\d{3})\b")]
    private static partial Regex Wrong();

    [GeneratedRegex(@"//\s*(?:mended|or)\b")]
    private static partial Regex Right();

    [GeneratedRegex(@"^\s*(?:private )?static \w+ (?<name>\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Method();
}
