namespace KernelGen.Generator.Specs;

/// <summary>One annotated type: where to write, what, for which backends, and how GPU kernels multiply.</summary>
internal sealed record Declaration(TypeTarget Type, AttentionSpec Spec, Backends Backends, Precision Precision)
{
    /// <summary>What the file of the CPU kernels is made from: all that concerns the GPU alone is at its default.</summary>
    public Declaration ForCpu => this with { Backends = Backends.Auto, Precision = Precision.Float32 };
}
