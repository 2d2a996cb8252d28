using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Specs;

/// <summary>
/// What was read from one annotated declaration. The declaration goes on into the cached half of the pipeline; the diagnostics, which hold
/// locations, go straight to the output that is never cached, so that the compiler sees their true places.
/// </summary>
/// <param name="Declaration">Null where there is an error.</param>
/// <param name="Diagnostics">What is wrong.</param>
/// <param name="Attribute">Where faults of the whole compilation are reported; null for an attribute that is ignored.</param>
/// <param name="Gpu">Where GPU kernels are asked for in so many words; null where they are not.</param>
internal sealed record Reading(Declaration? Declaration, IReadOnlyList<Diagnostic> Diagnostics, Location? Attribute, Location? Gpu = null)
{
    /// <summary>Nothing to generate and nothing to say, since the compiler says it.</summary>
    public static Reading Nothing { get; } = new(null, [], null);

    /// <summary>The declaration, if there is one, in the form that a step with any number of results wants.</summary>
    public IEnumerable<Declaration> Declarations => Declaration is null ? [] : [Declaration];
}
