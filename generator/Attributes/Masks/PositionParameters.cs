using KernelGen.Generator.Attributes.Functions;
using KernelGen.Generator.Positions;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Attributes.Masks;

/// <summary>The parameters of masks and scores that are whole numbers: places by their names, numbers of tokens by an attribute.</summary>
internal static class PositionParameters
{
    private const string PerToken = "KernelGen.PerTokenAttribute";

    private static readonly IReadOnlyDictionary<string, Place> Places = new Dictionary<string, Place>
    {
        ["query"] = Place.Query,
        ["key"] = Place.Key,
        ["head"] = Place.Head,
        ["keys"] = Place.Keys,
    };

    /// <summary>What a parameter is; null: no whole number that is known here.</summary>
    public static WholeNumber? NumberOf(IParameterSymbol parameter) =>
        IsPerToken(parameter) ? OfToken(parameter.Name) is { } number ? WholeNumber.Of(number) : null
        : Places.TryGetValue(parameter.Name, out var place) ? place
        : null;

    /// <summary>What is wrong with a parameter that is to be a whole number; null: nothing.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="names">The names that there are, for a message.</param>
    public static string? ObjectionTo(IParameterSymbol parameter, string names) =>
        IsPerToken(parameter) && OfToken(parameter.Name) is null
            ? $"takes '{parameter.Name}' as [PerToken], but such names begin with query or key and go on with the number's own, as in "
                + "queryDocument"
        : NumberOf(parameter) is null ? $"takes '{parameter.Name}', but parameters are known by their names: {names}; or marked [PerToken]"
        : parameter.Type.SpecialType != SpecialType.System_Int32 ? $"takes '{parameter.Name}' as {parameter.Type.ToDisplayString()}"
        : MethodReader.IsRead(parameter) ? null
        : $"takes '{parameter.Name}' by reference";

    /// <summary>Whether it is marked as a number of a token.</summary>
    public static bool IsPerToken(IParameterSymbol parameter) =>
        parameter.GetAttributes().Any(attribute => attribute.AttributeClass?.ToDisplayString() == PerToken);

    /// <summary>queryDocument is the number Document of the query; null where a name says nothing like it.</summary>
    private static Term.OfToken? OfToken(string parameter)
    {
        return Of("query", Place.Query) ?? Of("key", Place.Key);

        Term.OfToken? Of(string prefix, Place place) =>
            parameter.StartsWith(prefix, StringComparison.Ordinal) && parameter.Length > prefix.Length
            && !char.IsLower(parameter[prefix.Length])
                ? new(Term.OfToken.ArgumentPrefix + parameter.Substring(prefix.Length), place)
                : null;
    }
}
