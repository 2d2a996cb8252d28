using KernelGen.Generator.Attributes.Functions;
using KernelGen.Generator.Attributes.Masks;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelGen.Generator.Attributes;

/// <summary>
/// Reads the named arguments of one attribute and collects what is wrong with them, each fault at the argument's own expression. What the
/// compiler could not bind is left to the compiler's own error: it makes the reading fail, without a second message.
/// </summary>
/// <param name="attribute">The attribute.</param>
/// <param name="annotated">The type that carries it.</param>
/// <param name="compilation">The compilation, in which methods are found that arguments name.</param>
/// <param name="cancel">Stops reading.</param>
internal sealed class AttributeReader(
    AttributeData attribute, INamedTypeSymbol annotated, Compilation compilation, CancellationToken cancel)
{
    private readonly AttributeSyntax? _syntax = attribute.ApplicationSyntaxReference?.GetSyntax(cancel) as AttributeSyntax;
    private readonly List<Diagnostic> _diagnostics = [];

    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>Whether an error was found, here or by the compiler, so that no spec can be made.</summary>
    public bool Failed { get; private set; } = attribute.AttributeConstructor is null;

    public Location Location => _syntax?.GetLocation() ?? Location.None;

    /// <summary>The attribute in the source; null where it has none.</summary>
    public AttributeSyntax? Syntax => _syntax;

    /// <summary>Whether the user wrote the argument, with whatever value.</summary>
    public bool Has(string name) => SyntaxOf(name) is not null;

    /// <summary>
    /// Whether the compiler could bind each of these arguments that is written. Rules that compare arguments ask first: the default in
    /// place of one that is half typed is not what the user means.
    /// </summary>
    public bool Binds(params string[] names) => names.All(name => !Has(name) || Written(name) is { Kind: not TypedConstantKind.Error });

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

    /// <summary>Reports a size of several that is out of range.</summary>
    public void CheckSize(string argument, string name, int size, int highest)
    {
        if (size < 1 || size > highest)
        {
            Report(Rules.SizeOutOfRange, argument, name, size, 1, highest);
        }
    }

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

    /// <summary>A combination of the members of an enum whose numbers the generator repeats: 0 where left out or after a report.</summary>
    public TEnum Flags<TEnum>(string name)
        where TEnum : struct, Enum
    {
        var number = Value<int>(name) ?? 0;
        var all = Enum.GetValues(typeof(TEnum)).Cast<int>().Aggregate(0, (flags, flag) => flags | flag);
        if ((number & ~all) != 0)
        {
            Report(Rules.UnknownMember, name, name, number, string.Join(", ", Enum.GetNames(typeof(TEnum))));
            return default;
        }

        return (TEnum)Enum.ToObject(typeof(TEnum), number);
    }

    /// <summary>
    /// The argument's value; null where it is left out or, which makes the reading fail, where the compiler could not bind it.
    /// </summary>
    public T? Value<T>(string name)
        where T : struct
    {
        if (Argument(name) is { Value: T value })
        {
            return value;
        }

        Failed |= Has(name);
        return null;
    }

    /// <summary>
    /// The numbers of an array; null where it is left out, null or, which makes the reading fail, where the compiler could not bind it.
    /// </summary>
    public IReadOnlyList<int>? Ints(string name) => Numbers<int>(name);

    /// <inheritdoc cref="Ints"/>
    public IReadOnlyList<float>? Floats(string name) => Numbers<float>(name);

    private IReadOnlyList<T>? Numbers<T>(string name)
    {
        var written = Written(name);
        if (written is not { Kind: TypedConstantKind.Array })
        {
            Failed |= Has(name);
            return null;
        }

        if (written.Value.IsNull)
        {
            return null;
        }

        var numbers = written.Value.Values.Select(number => number.Value).OfType<T>().ToList();
        Failed |= numbers.Count < written.Value.Values.Length;
        return numbers.Count < written.Value.Values.Length ? null : numbers;
    }

    /// <summary>
    /// Reads the method that <paramref name="name"/> names, in the annotated type or in the one that <paramref name="holder"/> gives.
    /// False, and the reading fails, where there is one that cannot be read. Faults of the method are reported in its body.
    /// </summary>
    /// <param name="name">The argument with the method's name.</param>
    /// <param name="holder">The argument with the type that has the method.</param>
    /// <param name="instead">The argument that chooses a built-in function, which excludes the other two.</param>
    /// <param name="function">The function; null where none is named or it cannot be read.</param>
    public bool KernelFunction(string name, string holder, string instead, out ScalarFunction? function)
    {
        function = null;
        if (Has(name) && Has(instead))
        {
            Report(Rules.FunctionContradicted, instead, instead, $"together with {name}", "leave one of them out");
        }

        if (Has(holder) && !Has(name))
        {
            Report(Rules.FunctionContradicted, holder, holder, $"without {name}", $"give {name} a method of the type");
        }

        var written = Argument(name);
        var type = Argument(holder);
        if (written?.Value is not string method || IsMissing(type) || NamesNothing(name))
        {
            // A null is as good as none; anything else is an error of the compiler.
            var isUnreadable = Has(name) && written is not { IsNull: true, Kind: not TypedConstantKind.Error };
            Failed |= isUnreadable;
            return !isUnreadable;
        }

        var location = LocationOf(name);
        if (!SyntaxFacts.IsValidIdentifier(method))
        {
            Report(Rules.FunctionNotUsable, name, method, "is no name of a method", "F");
            return false;
        }

        if (type is { IsNull: false } && type.Value.Value is not INamedTypeSymbol)
        {
            Report(Rules.FunctionNotUsable, holder, method, "belongs to no class", method);
            return false;
        }

        function = KernelFunctionReader.Read(
            annotated, method, type?.Value as INamedTypeSymbol, compilation, location, _diagnostics.Add, cancel);
        Failed |= function is null;
        return function is not null;
    }

    /// <summary>
    /// Reads the method of the annotated type that <paramref name="name"/> names: which keys a query sees. Null where none is named, or,
    /// which makes the reading fail, where it cannot be read. Faults of the method are reported in its body.
    /// </summary>
    public Visibility? Mask(string name)
    {
        if (NamedMethod(name) is not { } method)
        {
            return null;
        }

        if (!SyntaxFacts.IsValidIdentifier(method))
        {
            Report(Rules.MaskNotUsable, name, method, "is no name of a method", "Sees");
            return null;
        }

        var mask = MaskReader.Read(annotated, method, compilation, LocationOf(name), _diagnostics.Add, cancel);
        Failed |= mask is null;
        return mask;
    }

    /// <summary>Reports a fault at the expression of <paramref name="argument"/>, or at the attribute where it was left out.</summary>
    public void Report(DiagnosticDescriptor rule, string argument, params object?[] message)
    {
        Failed |= rule.DefaultSeverity == DiagnosticSeverity.Error;
        _diagnostics.Add(Diagnostic.Create(rule, LocationOf(argument), ArgumentFixes.Of(rule, argument)?.ToProperties(), message));
    }

    /// <summary>
    /// Reads the method of the annotated type that <paramref name="name"/> names: what becomes of a score, by positions too. Null where
    /// none is named, or, which makes the reading fail, where it cannot be read. Faults of the method are reported in its body.
    /// </summary>
    public ScalarFunction? Score(string name)
    {
        if (NamedMethod(name) is not { } method)
        {
            return null;
        }

        if (!SyntaxFacts.IsValidIdentifier(method))
        {
            Report(Rules.ScoreNotUsable, name, method, "is no name of a method", "Bend");
            return null;
        }

        var score = ScoreReader.Read(annotated, method, compilation, LocationOf(name), _diagnostics.Add, cancel);
        Failed |= score is null;
        return score;
    }

    /// <summary>
    /// The name of a method that an argument gives; null where it gives none, which, unless a null was written, makes the reading fail.
    /// </summary>
    private string? NamedMethod(string name)
    {
        var written = Argument(name);
        if (written?.Value is string method && !NamesNothing(name))
        {
            return method;
        }

        // A null is as good as none; anything else is an error of the compiler.
        Failed |= Has(name) && written is not { IsNull: true, Kind: not TypedConstantKind.Error };
        return null;
    }

    private static bool IsMissing(TypedConstant? type) =>
        type is { Kind: TypedConstantKind.Error } or { Value: ITypeSymbol { TypeKind: TypeKind.Error } };

    /// <summary>Whether the argument is the nameof of something that is not there, which is the text all the same.</summary>
    private bool NamesNothing(string name) =>
        SyntaxOf(name)?.Expression is InvocationExpressionSyntax
        {
            Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" }, ArgumentList.Arguments: [{ Expression: var named }],
        }
        && compilation.GetSemanticModel(named.SyntaxTree).GetSymbolInfo(named, cancel) is { Symbol: null, CandidateSymbols.IsEmpty: true };

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

    /// <summary>The expression of an argument, or the attribute where it is left out.</summary>
    public Location LocationOf(string argument) => SyntaxOf(argument)?.Expression.GetLocation() ?? Location;

    /// <summary>What the compiler bound the argument to, but no array: that has Values, not a Value, and asking for it throws.</summary>
    private TypedConstant? Argument(string name) => Written(name) is { Kind: not TypedConstantKind.Array } written ? written : null;

    private TypedConstant? Written(string name) => attribute.NamedArguments
        .Where(argument => argument.Key == name)
        .Select(argument => (TypedConstant?)argument.Value)
        .FirstOrDefault();

    private AttributeArgumentSyntax? SyntaxOf(string name) =>
        _syntax?.ArgumentList?.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == name);
}
