namespace KernelGen.Generator.Specs;

/// <summary>One annotated type: where to write and what.</summary>
internal sealed record Declaration(TypeTarget Type, AttentionSpec Spec);
