using KernelGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Generator.Attributes;

/// <summary>
/// What is wrong with the form of arguments. The compiler refuses each of these too, but in words that know nothing of attention
/// attributes: that there is no constructor, no type of a name, no constant.
/// </summary>
internal static class ArgumentRules
{
    /// <param name="syntax">The attribute.</param>
    /// <param name="type">Its type.</param>
    /// <param name="shortName">The attribute as a user writes it.</param>
    /// <param name="model">The semantic model of its file.</param>
    /// <param name="cancel">The compiler's.</param>
    public static IEnumerable<Diagnostic> Check(
        AttributeSyntax syntax, INamedTypeSymbol type, string shortName, SemanticModel model, CancellationToken cancel)
    {
        var properties = new Dictionary<string, IPropertySymbol>();
        foreach (var property in type.GetMembers().OfType<IPropertySymbol>()
            .Where(property => property is { IsStatic: false, SetMethod.DeclaredAccessibility: Accessibility.Public }))
        {
            properties[property.Name] = property;
        }

        var arguments = (syntax.ArgumentList?.Arguments ?? default).Where(argument => !argument.Expression.IsMissing).ToList();
        var written = new HashSet<string>(arguments.Select(argument => argument.NameEquals?.Name.Identifier.ValueText ?? ""));
        var left = new Queue<string>(ArgumentFixes.Sizes.Where(name => properties.ContainsKey(name) && !written.Contains(name)));
        foreach (var argument in arguments)
        {
            cancel.ThrowIfCancellationRequested();
            if (argument.NameEquals is not { Name.Identifier.ValueText: var name })
            {
                yield return WithoutName(argument, properties, left, shortName);
            }
            else if (!properties.TryGetValue(name, out var property))
            {
                yield return Unknown(argument, name, properties.Keys.Where(known => !written.Contains(known)).ToList(), shortName);
            }
            else if (IsNumber(property.Type) && VariableIn(argument.Expression, model, cancel) is { } variable)
            {
                yield return Diagnostic.Create(
                    Rules.ArgumentNotConstant, argument.Expression.GetLocation(), name, argument.Expression.ToString(), variable.Name);
            }
        }
    }

    private static Diagnostic WithoutName(
        AttributeArgumentSyntax argument, Dictionary<string, IPropertySymbol> properties, Queue<string> left, string shortName)
    {
        var named = argument.NameColon?.Name.Identifier.ValueText;
        var isNumber = argument.Expression is LiteralExpressionSyntax { RawKind: (int)SyntaxKind.NumericLiteralExpression };
        var name = named is not null ? (properties.ContainsKey(named) ? named : null) : isNumber && left.Count > 0 ? left.Dequeue() : null;
        var text = $"{name} = {argument.Expression}";
        return Diagnostic.Create(
            Rules.ArgumentWithoutName, argument.GetLocation(),
            name is null ? null : new Fix(FixKind.ReplaceArgument, $"Write {text}", text).ToProperties(),
            argument.ToString(), shortName, name is null ? "Property = value" : text);
    }

    private static Diagnostic Unknown(AttributeArgumentSyntax argument, string name, IReadOnlyCollection<string> free, string shortName)
    {
        var nearest = free.OrderBy(known => Distance(known, name)).ThenBy(known => known, StringComparer.Ordinal).FirstOrDefault();
        var isNear = nearest is not null && Distance(nearest, name) <= Math.Max(1, name.Length / 3);
        var text = $"{nearest} = {argument.Expression}";
        return Diagnostic.Create(
            Rules.ArgumentUnknown, argument.NameEquals!.Name.GetLocation(),
            isNear ? new Fix(FixKind.ReplaceArgument, $"Write {text}", text).ToProperties() : null,
            shortName, name,
            isNear ? $"is '{nearest}' meant?" : $"it has {string.Join(", ", free.OrderBy(known => known, StringComparer.Ordinal))}");
    }

    private static bool IsNumber(ITypeSymbol type) =>
        type.TypeKind == TypeKind.Enum
        || type.SpecialType is SpecialType.System_Int32 or SpecialType.System_Single or SpecialType.System_Boolean;

    /// <summary>What makes an expression no constant: the first field, property, local, parameter or method in it that is none.</summary>
    private static ISymbol? VariableIn(ExpressionSyntax expression, SemanticModel model, CancellationToken cancel) =>
        model.GetConstantValue(expression, cancel).HasValue
            ? null
            : expression.DescendantNodesAndSelf().OfType<SimpleNameSyntax>()
                .Select(name => model.GetSymbolInfo(name, cancel).Symbol)
                .FirstOrDefault(IsVariable);

    private static bool IsVariable(ISymbol? symbol) => symbol is IFieldSymbol { IsConst: false } or IPropertySymbol
        or ILocalSymbol { IsConst: false } or IParameterSymbol or IMethodSymbol;

    /// <summary>How many letters have to be written, left out or exchanged to make one name of another, whatever their case.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var same = char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]);
                var next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                (diagonal, row[j]) = (row[j], next);
            }
        }

        return row[other.Length];
    }
}
