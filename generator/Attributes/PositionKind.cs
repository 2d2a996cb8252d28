namespace KernelGen.Generator.Attributes;

/// <summary>The generator's copy of KernelGen.Positions, with the same names and numbers.</summary>
internal enum PositionKind
{
    None = 0,
    Rotary = 1,
    Relative = 2,
}
