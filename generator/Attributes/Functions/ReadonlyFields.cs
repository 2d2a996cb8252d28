using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>
/// The values of static readonly fields, where an initialiser in this project decides them that can be computed while compiling: then a
/// field is as good as a constant.
/// </summary>
/// <param name="compilation">The project.</param>
/// <param name="methods">
/// Reads what initialisers call, and reports nothing: whoever uses a field reports that its value is not known.
/// </param>
/// <param name="cancel">Stops reading.</param>
internal sealed class ReadonlyFields(Compilation compilation, Func<MethodReader> methods, CancellationToken cancel)
{
    private readonly Dictionary<IFieldSymbol, (double? Number, Value? Value)> _known = new(SymbolEqualityComparer.Default);
    private readonly List<IFieldSymbol> _open = [];

    /// <summary>The value of a field of type float or bool, or null.</summary>
    public Value? ValueOf(IFieldSymbol field) => Read(field.OriginalDefinition).Value;

    /// <summary>The value of a field of any type of numbers, or null.</summary>
    public double? NumberOf(IFieldSymbol field) => Read(field.OriginalDefinition).Number;

    private (double? Number, Value? Value) Read(IFieldSymbol field)
    {
        if (!_known.TryGetValue(field, out var value))
        {
            if (_open.Contains(field, SymbolEqualityComparer.Default)
                || DeclarationOf(field) is not { } declaration
                || _open.Any(IsSetAfter))
            {
                return default;
            }

            _open.Add(field);
            value = Compute(field, declaration);
            _open.RemoveAt(_open.Count - 1);
            _known[field] = value;

            // Fields of one type are set in the order of their declarations: what another reads before its turn is 0 still.
            bool IsSetAfter(IFieldSymbol reader) =>
                SymbolEqualityComparer.Default.Equals(reader.ContainingType, field.ContainingType)
                && !(DeclarationOf(reader) is { } other
                    && other.SyntaxTree == declaration.SyntaxTree
                    && declaration.SpanStart < other.SpanStart);
        }

        return value;
    }

    private (double? Number, Value? Value) Compute(IFieldSymbol field, VariableDeclaratorSyntax declaration)
    {
        var variables = ImmutableDictionary.Create<ISymbol, Value>(SymbolEqualityComparer.Default);
        var model = compilation.GetSemanticModel(declaration.SyntaxTree);
        if (MethodReader.IsNestedTooDeeply(declaration)
            || model.GetOperation(declaration.Initializer!, cancel) is not IFieldInitializerOperation { Value: var initialiser })
        {
            return default;
        }

        var reader = methods();
        var number = new FixedNumbers(reader, variables).Read(initialiser);
        if (field.Type.SpecialType is not (SpecialType.System_Single or SpecialType.System_Boolean))
        {
            return (number, null);
        }

        var value = number is { } single
            ? Number.Of((float)single)
            : new ExpressionReader(reader, reader.Faults, variables).Read(initialiser);
        return reader.Faults.Any || value == Value.Unknown ? default : (number ?? ExpressionReader.ConstantOf(value), value);
    }

    /// <summary>Where the field is declared, if that alone says what it is once its type is initialised.</summary>
    private VariableDeclaratorSyntax? DeclarationOf(IFieldSymbol field) =>
        field is { IsStatic: true, IsReadOnly: true }
        && !field.ContainingType.StaticConstructors.Any(constructor => Assigns(constructor, field))
            ? field.DeclaringSyntaxReferences
                .Where(reference => compilation.ContainsSyntaxTree(reference.SyntaxTree))
                .Select(reference => reference.GetSyntax(cancel))
                .OfType<VariableDeclaratorSyntax>()
                .FirstOrDefault(declarator => declarator.Initializer is not null)
            : null;

    /// <summary>
    /// Whether a static constructor may change the field: one in an assembly, or one where its name stands in such a place.
    /// </summary>
    private bool Assigns(IMethodSymbol constructor, IFieldSymbol field) =>
        constructor.DeclaringSyntaxReferences
            .SelectMany(reference => reference.GetSyntax(cancel).DescendantNodes())
            .OfType<IdentifierNameSyntax>()
            .Any(name => name.Identifier.ValueText == field.Name && name.AncestorsAndSelf().Any(IsWritten));

    private static bool IsWritten(SyntaxNode node) =>
        (node.Parent is AssignmentExpressionSyntax assignment && assignment.Left == node)
        || node.Parent is PostfixUnaryExpressionSyntax or RefExpressionSyntax
        || (node.Parent is PrefixUnaryExpressionSyntax prefix
            && prefix.Kind() is SyntaxKind.PreIncrementExpression or SyntaxKind.PreDecrementExpression or SyntaxKind.AddressOfExpression)
        || node is ArgumentSyntax { RefKindKeyword.RawKind: not (int)SyntaxKind.None };
}
