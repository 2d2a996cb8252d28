namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>A kernel as emitted text.</summary>
/// <param name="Name">Of the method.</param>
/// <param name="Parameters">What it takes, in order: views of memory of the device, and sizes.</param>
/// <param name="Places">The operands that it is told the places of, by name, in the order of the places.</param>
/// <param name="Text">The method.</param>
internal sealed record GpuKernel(
    string Name, IReadOnlyList<(string Type, string Name)> Parameters, IReadOnlyList<string> Places, string Text);
