using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Specs;

/// <summary>
/// The members that the layer emitter writes into the user's type, as far as they can collide with the user's own. A test holds the list
/// against what is really emitted.
/// </summary>
/// <param name="hasProjections">Whether the layer draws random projections.</param>
/// <param name="number">Its hyperparameter, or null.</param>
/// <param name="hasGpu">Whether it has GPU kernels too.</param>
internal sealed class GeneratedMembers(bool hasProjections, Hyperparameter? number, bool hasGpu)
{
    private const string Runtime = "global::KernelGen";
    private const string Projection = Runtime + ".Projection";
    private const string Shape = Runtime + ".AttentionShape";
    private const string Floats = "global::System.ReadOnlySpan<float>";
    private const string Output = "global::System.Span<float>";
    private const string Lengths = "global::System.ReadOnlySpan<int>";

    private static readonly string[] CommonNames =
    [
        "HeadDim", "ValueDim", "Causal", "DegreeOfParallelism", "VectorBits", "StateLength",
        "Engine", "_engine", "Declaration", "Width512", "Width256", "Width128", "Gradients512", "Gradients256", "Gradients128",
    ];

    private static readonly (string Name, string[] Parameters)[] CommonMethods =
    [
        ("ScratchBytes", [Shape]),
        ("BackwardScratchBytes", [Shape]),
        ("Forward", [Floats, Floats, Floats, Output, Shape, Lengths]),
        ("Forward", [Floats, Floats, Floats, Output, Shape, Runtime + ".AttentionResult", Lengths]),
        ("Backward", [Floats, Floats, Floats, Floats, Runtime + ".AttentionResult", Floats, Output, Output, Output, Shape, Lengths, "bool"]),
        ("CreateDecodingState", ["int"]),
        ("LoadDecodingState", ["global::System.IO.Stream"]),
        ("CreateEngine", [Projection, Floats]),
    ];

    private static readonly (string Name, string[] Parameters)[] ProjectionMethods =
    [
        ("Redraw", ["ulong"]),
        ("Redraw", [Projection]),
        ("CreateItemSet", []),
    ];

    /// <summary>The properties of the interfaces that are implemented explicitly, since a constant has the name.</summary>
    private static readonly string[] ExplicitProperties = ["HeadDim", "ValueDim", "Features", "Causal", "Normalize"];

    /// <summary>All generated names, for messages.</summary>
    public IEnumerable<string> Names =>
        DataNames().Concat(Methods().Select(method => method.Name)).Distinct();

    /// <summary>What the member collides with, or null.</summary>
    public string? CollisionOf(ISymbol member)
    {
        if (member is IPropertySymbol { ExplicitInterfaceImplementations: [var property, ..] })
        {
            return IsAttention(property.ContainingType) && ExplicitProperties.Contains(property.Name)
                ? $"explicit implementation of {property.ContainingType.Name}.{property.Name}"
                : null;
        }

        if (member is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor)
        {
            return Constructors().Any(parameters => Matches(constructor, parameters)) ? "constructor" : null;
        }

        if (DataNames().Contains(member.Name))
        {
            return $"member {member.Name}";
        }

        // Beside a generated method another overload may stand, but nothing else of its name.
        var collides = member is IMethodSymbol { Arity: 0 } own
            ? Methods().Any(method => method.Name == own.Name && Matches(own, method.Parameters))
            : member is not IMethodSymbol && Methods().Any(method => method.Name == member.Name);
        return collides ? $"method {member.Name}" : null;
    }

    /// <summary>Whether a name, of the type itself or of a type parameter, is taken by a generated member.</summary>
    public bool Take(string name) => Names.Contains(name);

    private IEnumerable<(string Name, string[] Parameters)> Methods() =>
        hasProjections ? CommonMethods.Concat(ProjectionMethods) : CommonMethods;

    private IEnumerable<string> DataNames()
    {
        var names = hasProjections ? CommonNames.Concat(["Features", "Projection", "Normalize", "FeatureMap"]) : CommonNames;
        names = number is null ? names : names.Append(number.Property);
        return hasGpu ? names.Append("Gpu") : names;
    }

    private string[][] Constructors() =>
        !hasProjections ? [[]]
        : number is { Declared: null } ? [["ulong", "double"], [Projection, "double"]]
        : [["ulong"], [Projection]];

    private static bool IsAttention(INamedTypeSymbol type) => type.ToDisplayString() is "KernelGen.IAttention" or "KernelGen.IRandomFeatureAttention";

    private static bool Matches(IMethodSymbol method, string[] parameters) =>
        method.Parameters.Length == parameters.Length
        && method.Parameters.Zip(parameters, (own, generated) => TextOf(own.Type) == generated).All(same => same);

    private static string TextOf(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
}
