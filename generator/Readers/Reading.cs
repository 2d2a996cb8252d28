using KernelGen.Generator.Declarations;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Layers;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Readers;

/// <summary>
/// What was read from one annotated declaration. The declaration goes on into the cached half of the pipeline; the diagnostics, which hold
/// locations, go straight to the output that is never cached, so that the compiler sees their true places.
/// </summary>
/// <param name="Declaration">Null where there is an error.</param>
/// <param name="Diagnostics">What is wrong.</param>
/// <param name="Attribute">Where faults of the whole compilation are reported; null for an attribute that is ignored.</param>
/// <param name="Wishes">The backends whose kernels it gets where they are possible.</param>
internal sealed record Reading(
    Declaration? Declaration, IReadOnlyList<Diagnostic> Diagnostics, Location? Attribute, IReadOnlyList<BackendWish> Wishes)
{
    /// <summary>Nothing to generate and nothing to say, since the compiler says it.</summary>
    public static Reading Nothing { get; } = new(null, [], null, []);

    /// <summary>The declaration, if there is one, in the form that a step with any number of results wants.</summary>
    public IEnumerable<Declaration> Declarations => Declaration is null ? [] : [Declaration];
}

/// <summary>That a declaration gets the kernels of a backend where they are possible.</summary>
/// <param name="Backend">The backend.</param>
/// <param name="Place">Where faults of the reference to its library are reported.</param>
/// <param name="IsExplicit">Whether the user asks for them in so many words.</param>
internal sealed record BackendWish(Backend Backend, Location Place, bool IsExplicit)
{
    /// <summary>What is missing, of which one that needs no library misses nothing.</summary>
    public IEnumerable<Diagnostic> Diagnose(Visibility visibility)
    {
        if (Backend.Library is not { } library)
        {
            yield break;
        }

        if (IsExplicit && !visibility.IsReferenced)
        {
            yield return Diagnostic.Create(library.Missing, Place);
        }

        if (visibility.Alias is { } alias)
        {
            yield return Diagnostic.Create(Rules.ReferenceAliased, Place, library.Name, alias);
        }
    }
}
