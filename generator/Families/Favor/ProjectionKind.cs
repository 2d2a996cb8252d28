namespace KernelGen.Generator.Families.Favor;

/// <summary>The generator's copy of KernelGen.ProjectionKind; see <see cref="KernelFunction"/> for why.</summary>
internal enum ProjectionKind
{
    Orthogonal = 0,
    Gaussian = 1,
    RegularizedOrthogonal = 2,
    Hadamard = 3,
}
