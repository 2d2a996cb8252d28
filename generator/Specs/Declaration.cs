namespace KernelGen.Generator.Specs;

/// <summary>One annotated type: where to write, what, and for which backends.</summary>
internal sealed record Declaration(TypeTarget Type, AttentionSpec Spec, Backends Backends);
