using KernelGen.Generator.Declarations;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Layers;

/// <summary>A kind of machine that kernels are printed for. A new one is a folder in Backends and a line in its AllBackends.</summary>
internal abstract class Backend
{
    /// <summary>The library that its files need beside the runtime; null: none.</summary>
    public abstract Library? Library { get; }

    /// <summary>What users are told, with a reason, where it cannot compute what they declared.</summary>
    public abstract DiagnosticDescriptor Refusal { get; }

    /// <summary>All using directives of its files: aliases each.</summary>
    public abstract IEnumerable<string> Usings { get; }

    /// <summary>The names in its files that must mean the same wherever the user's type stands.</summary>
    public virtual IEnumerable<string> Aliases => Usings.Select(static directive => directive.Split(' ')[1]);

    /// <summary>Whether a declaration asks for its kernels, where they are possible.</summary>
    public abstract bool IsWanted(BackendFlags backends);

    /// <summary>Whether a declaration asks for its kernels in so many words.</summary>
    public abstract bool IsNamed(BackendFlags backends);

    /// <summary>The declaration without what concerns other backends alone: what its files are made from.</summary>
    public abstract Declaration PartOf(Declaration declaration);

    /// <summary>Why it cannot compute the programs of a layer; null: it can.</summary>
    public abstract string? ObjectionTo(LayerPrograms programs);

    /// <summary>What it adds to the type of a layer.</summary>
    /// <param name="spec">What is declared.</param>
    /// <param name="family">What its family adds.</param>
    /// <param name="programs">Null before they are built: then members have no bodies.</param>
    public abstract IEnumerable<Member> Members(AttentionSpec spec, FamilyMembers family, LayerPrograms? programs);

    /// <summary>The interfaces of the runtime that a layer implements with these members.</summary>
    public abstract IEnumerable<string> Interfaces(LayerPrograms programs);

    /// <summary>Its files for a layer that it can compute.</summary>
    public abstract IEnumerable<GeneratedFile> Files(LayerModel layer, LayerPrograms programs, CancellationToken cancel);
}

/// <summary>A library that emitted text names.</summary>
/// <param name="TypeName">The metadata name of a type that it has.</param>
/// <param name="Name">What users know it as.</param>
/// <param name="Missing">What they are told where they ask for what needs it and do not reference it.</param>
internal sealed record Library(string TypeName, string Name, DiagnosticDescriptor Missing);

/// <summary>A file of a layer.</summary>
/// <param name="Suffix">What its name ends with.</param>
/// <param name="Write">Its text.</param>
internal sealed record GeneratedFile(string Suffix, Func<string> Write);
