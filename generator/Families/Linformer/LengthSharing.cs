namespace KernelGen.Generator.Families.Linformer;

/// <summary>The generator's copy of KernelGen.LengthSharing; see <see cref="Favor.KernelFunction"/> for why.</summary>
internal enum LengthSharing
{
    None = 0,
    Heads = 1,
    KeysAndValues = 2,
    Layers = 3,
}
