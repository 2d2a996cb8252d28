namespace KernelGen.Examples.CpuAndGpu;

/// <summary>The text of one kernel.</summary>
/// <param name="Layer">The declaration.</param>
/// <param name="Kernel">The method of its class Gpu.</param>
/// <param name="Path">The file.</param>
/// <param name="Text">PTX.</param>
internal sealed record PtxFile(string Layer, string Kernel, string Path, string Text);
