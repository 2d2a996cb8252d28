namespace ILGPU;

/// <summary>How hard ILGPU optimises; the facade only remembers it.</summary>
public enum OptimizationLevel
{
    Debug = 0,
    O0 = Debug,
    Release = 1,
    O1 = Release,
    O2 = 2,
}
