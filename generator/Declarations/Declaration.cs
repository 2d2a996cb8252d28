namespace KernelGen.Generator.Declarations;

/// <summary>One annotated type: where to write, what, for which backends, and how GPU kernels multiply.</summary>
internal sealed record Declaration(TypeTarget Type, AttentionSpec Spec, BackendFlags Backends, Precision Precision);
