using KernelGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;
using Microsoft.CodeAnalysis.Text;

namespace KernelGen.CodeFixes;

/// <summary>How each kind of fix edits a file.</summary>
internal static class Edits
{
    /// <summary>The edited file, or null where the place is no longer what it was.</summary>
    /// <param name="root">The file.</param>
    /// <param name="span">The place of the diagnostic.</param>
    /// <param name="fix">What to do there.</param>
    public static SyntaxNode? Apply(SyntaxNode root, TextSpan span, Fix fix)
    {
        // Of nodes with the same place the inner one: an expression, not the argument that it is.
        var node = root.FindNode(span, getInnermostNodeForTie: true);
        return fix.Kind switch
        {
            FixKind.MakePartial => Change<TypeDeclarationSyntax>(root, node, MakePartial),
            FixKind.AddArgument => Change<AttributeSyntax>(root, node, attribute => AddArgument(attribute, Argument(fix.Text))),
            FixKind.ReplaceArgument => Change<AttributeArgumentSyntax>(root, node, argument => Argument(fix.Text).WithTriviaFrom(argument)),
            FixKind.RemoveArgument => Remove(root, node.FirstAncestorOrSelf<AttributeArgumentSyntax>()),
            FixKind.RemoveAttribute => Remove(root, node.FirstAncestorOrSelf<AttributeSyntax>()),
            FixKind.ReplaceExpression => Change<ExpressionSyntax>(root, node, old => Expression(fix.Text).WithTriviaFrom(old)),
            FixKind.ReplaceMethod => Change<InvocationExpressionSyntax>(
                root, node,
                call => call.WithExpression(Shortened(SyntaxFactory.ParseExpression(fix.Text)).WithTriviaFrom(call.Expression))),
            FixKind.ReplaceTypeOfLocal => Change<VariableDeclarationSyntax>(
                root, node, local => local.WithType(SyntaxFactory.ParseTypeName(fix.Text).WithTriviaFrom(local.Type))),
            FixKind.RemoveStatement => Remove(root, node.FirstAncestorOrSelf<ExpressionStatementSyntax>()),
            _ => null,
        };
    }

    private static SyntaxNode? Change<TNode>(SyntaxNode root, SyntaxNode node, Func<TNode, SyntaxNode> change)
        where TNode : SyntaxNode =>
        node.FirstAncestorOrSelf<TNode>() is { } old ? root.ReplaceNode(old, change(old)) : null;

    private static SyntaxNode? Remove(SyntaxNode root, SyntaxNode? node) => node switch
    {
        null => null,

        // The brackets go with the only attribute in them, the line of a statement with it.
        AttributeSyntax { Parent: AttributeListSyntax { Attributes.Count: 1 } list } =>
            root.RemoveNode(list, SyntaxRemoveOptions.KeepExteriorTrivia),
        ExpressionStatementSyntax { Parent: BlockSyntax or SwitchSectionSyntax } => root.RemoveNode(node, SyntaxRemoveOptions.KeepNoTrivia),

        // What an if or a loop must have.
        ExpressionStatementSyntax => root.ReplaceNode(node, SyntaxFactory.Block().WithTriviaFrom(node)),
        _ => root.RemoveNode(node, SyntaxRemoveOptions.KeepNoTrivia),
    };

    /// <summary>C# wants the word last of all modifiers.</summary>
    private static TypeDeclarationSyntax MakePartial(TypeDeclarationSyntax type)
    {
        if (type.Modifiers.Any(SyntaxKind.PartialKeyword))
        {
            return type;
        }

        var word = SyntaxFactory.Token(SyntaxKind.PartialKeyword).WithTrailingTrivia(SyntaxFactory.Space);
        return type.Modifiers.Count > 0
            ? (TypeDeclarationSyntax)type.AddModifiers(word)
            : (TypeDeclarationSyntax)type.WithKeyword(type.Keyword.WithLeadingTrivia())
                .AddModifiers(word.WithLeadingTrivia(type.Keyword.LeadingTrivia));
    }

    /// <summary>HeadDim first, as declarations are usually written, all others last.</summary>
    private static AttributeSyntax AddArgument(AttributeSyntax attribute, AttributeArgumentSyntax argument)
    {
        var list = attribute.ArgumentList ?? SyntaxFactory.AttributeArgumentList();
        var place = argument.NameEquals?.Name.Identifier.ValueText == "HeadDim" ? 0 : list.Arguments.Count;
        return attribute.WithArgumentList(list.WithArguments(list.Arguments.Insert(place, argument)))
            .WithAdditionalAnnotations(Formatter.Annotation);
    }

    private static AttributeArgumentSyntax Argument(string text)
    {
        var parts = text.Split(['='], 2);
        return SyntaxFactory.AttributeArgument(
            SyntaxFactory.NameEquals(
                SyntaxFactory.IdentifierName(parts[0].Trim()), SyntaxFactory.Token(SyntaxKind.EqualsToken)
                    .WithLeadingTrivia(SyntaxFactory.Space).WithTrailingTrivia(SyntaxFactory.Space)),
            null, SyntaxFactory.ParseExpression(parts[1].Trim()));
    }

    /// <summary>In parentheses, which go again where they are not needed.</summary>
    private static ExpressionSyntax Expression(string text)
    {
        var parsed = Shortened(SyntaxFactory.ParseExpression(text));
        return parsed is LiteralExpressionSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or IdentifierNameSyntax
            ? parsed
            : SyntaxFactory.ParenthesizedExpression(parsed).WithAdditionalAnnotations(Simplifier.Annotation);
    }

    /// <summary>Names in full become as short as the file allows, parentheses go where they are not needed.</summary>
    private static ExpressionSyntax Shortened(ExpressionSyntax expression) => expression.ReplaceNodes(
        expression.DescendantNodesAndSelf().Where(node => node is MemberAccessExpressionSyntax or ParenthesizedExpressionSyntax),
        (_, node) => node.WithAdditionalAnnotations(Simplifier.Annotation));
}
