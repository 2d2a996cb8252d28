using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Tests.Harness;

/// <summary>
/// As much of ILGPU as makes the generator emit GPU kernels. That they compile is a question of tests/Gpu, which has the rest.
/// </summary>
internal static class IlgpuReference
{
    public static MetadataReference Minimal { get; } = CSharpCompilation.Create(
        "ILGPU",
        [CSharpSyntaxTree.ParseText("namespace ILGPU { public class Context { } }")],
        ProjectReferences.Framework,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)).ToMetadataReference();
}
