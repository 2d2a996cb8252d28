using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Layers;

/// <summary>Which of a user's members cannot stand beside those that are generated.</summary>
internal sealed class MemberCollisions(IReadOnlyList<Member> generated)
{
    /// <summary>All generated names, for messages.</summary>
    public IEnumerable<string> Names => generated.Where(member => member.IsNamed).Select(member => member.Name).Distinct();

    /// <summary>What the member collides with, or null.</summary>
    public string? CollisionOf(ISymbol member)
    {
        if (member is IPropertySymbol { ExplicitInterfaceImplementations: [var property, ..] })
        {
            var type = property.ContainingType.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
            return generated.Any(own => own.ExplicitInterface is { } owner && own.Name == property.Name && owner == type)
                ? $"explicit implementation of {property.ContainingType.Name}.{property.Name}"
                : null;
        }

        if (member is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor)
        {
            return generated.Any(own => own.Kind == MemberKind.Constructor && Matches(constructor, own)) ? "constructor" : null;
        }

        // Beside a generated method another overload may stand, but nothing else of its name.
        var sameName = generated.Where(own => own.IsNamed && own.Name == member.Name).ToList();
        return sameName.Exists(own => own.Kind != MemberKind.Method) ? $"member {member.Name}"
            : sameName.Exists(own => member is not IMethodSymbol || (member is IMethodSymbol { Arity: 0 } method && Matches(method, own)))
                ? $"method {member.Name}"
            : null;
    }

    /// <summary>Whether a name, of the type itself or of a type parameter, is taken by a generated member.</summary>
    public bool Take(string name) => Names.Contains(name);

    /// <summary>Whether the parameters are of the same types, whether they may be null or not.</summary>
    private static bool Matches(IMethodSymbol method, Member generated) =>
        method.Parameters.Length == generated.Parameters.Count
        && method.Parameters.Zip(generated.Parameters, (own, other) =>
            own.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) == other.Type.TrimEnd('?')).All(same => same);
}
