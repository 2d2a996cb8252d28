using KernelGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Specs;

/// <summary>
/// What was read from one annotated declaration. The declaration goes on into the cached half of the pipeline; the diagnostics, which hold
/// locations, go straight to the output that is never cached, so that the compiler sees their true places.
/// </summary>
/// <param name="Declaration">Null where there is an error.</param>
/// <param name="Diagnostics">What is wrong.</param>
/// <param name="Attribute">Where faults of the whole compilation are reported; null for an attribute that is ignored.</param>
/// <param name="Gpu">The wish for GPU kernels; null where they are declined.</param>
internal sealed record Reading(Declaration? Declaration, IReadOnlyList<Diagnostic> Diagnostics, Location? Attribute, GpuWish? Gpu = null)
{
    /// <summary>Nothing to generate and nothing to say, since the compiler says it.</summary>
    public static Reading Nothing { get; } = new(null, [], null);

    /// <summary>The declaration, if there is one, in the form that a step with any number of results wants.</summary>
    public IEnumerable<Declaration> Declarations => Declaration is null ? [] : [Declaration];
}

/// <summary>That a declaration gets GPU kernels where they are possible.</summary>
/// <param name="Place">Where faults of the reference to ILGPU are reported.</param>
/// <param name="IsExplicit">Whether the user asks for them in so many words.</param>
internal sealed record GpuWish(Location Place, bool IsExplicit)
{
    /// <summary>What is missing.</summary>
    public IEnumerable<Diagnostic> Diagnose(Visibility ilgpu)
    {
        if (IsExplicit && !ilgpu.IsReferenced)
        {
            yield return Diagnostic.Create(Rules.IlgpuMissing, Place);
        }

        if (ilgpu.Alias is { } alias)
        {
            yield return Diagnostic.Create(Rules.ReferenceAliased, Place, "ILGPU", alias);
        }
    }
}
