using KernelGen.Generator.Backends;
using KernelGen.Generator.Families;
using KernelGen.Generator.Specs;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Layers;

/// <summary>
/// All that a declaration comes to before anything is printed: its programs, the members of its type, and why a backend cannot print it. Built once a
/// declaration; printers, diagnostics and other backends read it.
/// </summary>
/// <remarks>Everything follows from the declaration, so two models are equal where their declarations are.</remarks>
internal sealed class LayerModel : IEquatable<LayerModel>
{
    private LayerModel(Declaration declaration) => Declaration = declaration;

    public Declaration Declaration { get; private init; }

    /// <summary>Null where the family failed.</summary>
    public LayerPrograms? Programs { get; private init; }

    /// <summary>How the family failed.</summary>
    public Exception? Failure { get; private init; }

    /// <summary>Why kernels for CPUs cannot compute it; null: they can.</summary>
    public string? CpuObjection { get; private init; }

    /// <summary>Why kernels for GPUs cannot compute it; null: they can.</summary>
    public string? GpuObjection { get; private init; }

    public static LayerModel Build(Declaration declaration, FamilyRegistry families)
    {
        try
        {
            var programs = new LayerPrograms(families.Build(declaration.Spec), families.BuildGradients(declaration.Spec));
            return new(declaration)
            {
                Programs = programs,
                CpuObjection = ProgramLimits.OnCalls(programs.All) ?? programs.All.Select(ProgramLimits.OnCpu).FirstOrDefault(objection => objection is not null),
                GpuObjection = programs.All.Select(ProgramLimits.OnGpu).FirstOrDefault(objection => objection is not null),
            };
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new(declaration) { Failure = error };
        }
    }

    /// <summary>What the files of CPU kernels are made from: all that concerns the GPU alone is at its default.</summary>
    public LayerModel ForCpu() => new(Declaration.ForCpu) { Programs = Programs, Failure = Failure, CpuObjection = CpuObjection, GpuObjection = GpuObjection };

    /// <summary>The members of the type, in the order of the files.</summary>
    public IReadOnlyList<Member> Members(bool hasGpu) => LayerMembers.Of(Declaration.Type.Name, Declaration.Spec, Programs, hasGpu);

    public bool Equals(LayerModel? other) => other is not null && Declaration == other.Declaration;

    public override bool Equals(object? other) => Equals(other as LayerModel);

    public override int GetHashCode() => Declaration.GetHashCode();
}

/// <summary>The programs of a layer.</summary>
/// <param name="Forward">The forward pass.</param>
/// <param name="Gradients">The backward pass, to be run one after the other; none where the derivative of the kernel function is too large to compute with.</param>
internal sealed record LayerPrograms(TileProgram Forward, IReadOnlyList<TileProgram> Gradients)
{
    public IEnumerable<TileProgram> All => Gradients.Prepend(Forward);

    /// <summary>The names of the kernels of the backward pass, without the width.</summary>
    public IReadOnlyList<string> GradientNames => Gradients.Count switch
    {
        0 => [],
        1 => ["All"],
        _ => ["Queries", "Keys"],
    };
}
