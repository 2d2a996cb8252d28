using KernelGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Generator.Specs;

/// <summary>
/// Reads the named arguments of one attribute and collects what is wrong with them, each fault at the argument's own expression. What the
/// compiler could not bind is left to the compiler's own error: it makes the reading fail, without a second message.
/// </summary>
internal sealed class AttributeReader(AttributeData attribute, CancellationToken cancel)
{
    private readonly AttributeSyntax? _syntax = attribute.ApplicationSyntaxReference?.GetSyntax(cancel) as AttributeSyntax;
    private readonly List<Diagnostic> _diagnostics = [];

    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>Whether an error was found, here or by the compiler, so that no spec can be made.</summary>
    public bool Failed { get; private set; } = attribute.AttributeConstructor is null;

    public Location Location => _syntax?.GetLocation() ?? Location.None;

    /// <summary>Whether the user wrote the argument, with whatever value.</summary>
    public bool Has(string name) => SyntaxOf(name) is not null;

    /// <summary>A size that must be given; 0 after a report.</summary>
    public int RequiredSize(string name, int highest)
    {
        // A constructor that does not bind, `[FavorAttention(64)]`, already is an error: what is missing cannot be told from it.
        if (!Has(name) && attribute.AttributeConstructor is not null)
        {
            Report(Rules.SizeMissing, name, name, 1, highest);
        }

        return Size(name, highest);
    }

    /// <summary>A size that may be left out. A 0 that the user wrote is out of range all the same.</summary>
    public int OptionalSize(string name, int highest, int fallback) => Has(name) ? Size(name, highest) : fallback;

    /// <summary>A value of an enum whose numbers the generator repeats: the member 0 where left out, null after a report.</summary>
    public TEnum? Member<TEnum>(string name)
        where TEnum : struct, Enum
    {
        var number = Value<int>(name) ?? 0;
        if (!Enum.IsDefined(typeof(TEnum), number))
        {
            Report(Rules.UnknownMember, name, name, number, string.Join(", ", Enum.GetNames(typeof(TEnum))));
            return null;
        }

        return (TEnum)Enum.ToObject(typeof(TEnum), number);
    }

    /// <summary>
    /// The argument's value; null where it is left out or, which makes the reading fail, where the compiler could not bind it.
    /// </summary>
    public T? Value<T>(string name)
        where T : struct
    {
        foreach (var argument in attribute.NamedArguments)
        {
            // An array has Values, not a Value; asking for it throws.
            if (argument.Key == name && argument.Value.Kind != TypedConstantKind.Array && argument.Value.Value is T value)
            {
                return value;
            }
        }

        Failed |= Has(name);
        return null;
    }

    /// <summary>Reports a fault at the expression of <paramref name="argument"/>, or at the attribute where it was left out.</summary>
    public void Report(DiagnosticDescriptor rule, string argument, params object?[] message)
    {
        Failed |= rule.DefaultSeverity == DiagnosticSeverity.Error;
        _diagnostics.Add(Diagnostic.Create(rule, SyntaxOf(argument)?.Expression.GetLocation() ?? Location, message));
    }

    private int Size(string name, int highest)
    {
        var size = Value<int>(name);
        if (size < 1 || size > highest)
        {
            Report(Rules.SizeOutOfRange, name, name, size, 1, highest);
            return 0;
        }

        return size ?? 0;
    }

    private AttributeArgumentSyntax? SyntaxOf(string name) =>
        _syntax?.ArgumentList?.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == name);
}
