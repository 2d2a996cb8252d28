using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace KernelGen.Tests.Specs;

/// <summary>
/// A kind of statement, condition, token index or expression that somebody forgets is an error of the compiler's, nowhere a discard arm
/// that takes it for another.
/// </summary>
public sealed class NoDiscardTests
{
    private static readonly string[] Bases =
    [
        "KernelGen.Generator.Tiles.Statement", "KernelGen.Generator.Tiles.TokenIndex", "KernelGen.Generator.Expressions.Expr",
        "KernelGen.Generator.Expressions.Condition", "KernelGen.Generator.Tiles.Position",
    ];

    [Fact]
    public void No_switch_over_kinds_has_an_arm_for_all_others()
    {
        var compilation = GeneratorSource.Compilation;
        var found = compilation.SyntaxTrees.SelectMany(tree =>
        {
            var model = compilation.GetSemanticModel(tree);
            return tree.GetRoot().DescendantNodes()
                .Where(node => TakesAnything(node) && Bases.Contains(model.GetTypeInfo(Asked(node)).Type?.ToDisplayString()))
                .Select(node => node.GetLocation().GetLineSpan().ToString());
        });
        Assert.Empty(found);
    }

    /// <summary>The test above finds what it is for.</summary>
    [Fact]
    public void Such_a_switch_is_found()
    {
        var tree = CSharpSyntaxTree.ParseText(
            "class A { int F(object x) => x switch { string => 1, _ => 2 }; void G(object x) { switch (x) { case string: break; default: break; } } int H(object x) => x switch { string => 1, var y => 2 }; }");
        Assert.Equal(3, tree.GetRoot().DescendantNodes().Count(TakesAnything));
    }

    private static bool TakesAnything(SyntaxNode node) => node switch
    {
        SwitchExpressionSyntax expression =>
            expression.Arms.Any(arm => arm.Pattern is DiscardPatternSyntax or VarPatternSyntax && arm.WhenClause is null),
        SwitchStatementSyntax statement =>
            statement.Sections.SelectMany(section => section.Labels).Any(label => label is DefaultSwitchLabelSyntax),
        _ => false,
    };

    private static ExpressionSyntax Asked(SyntaxNode node) =>
        node is SwitchExpressionSyntax expression ? expression.GoverningExpression : ((SwitchStatementSyntax)node).Expression;
}
