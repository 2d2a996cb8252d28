using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.PackageOnly;

/// <summary>
/// Every emitted kernel compiles to PTX, which needs no device, and the text is what the emitter is written for: register blocks that stay in
/// registers, loads of four floats, and no more shared memory than every device has.
/// </summary>
public class PtxTests
{
    public static TheoryData<Layer> Layers => [.. Layer.All(), .. Layer.In("KernelGen.Tests.Behaviour.Generalized")];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Kernels_compile_to_lean_PTX(Layer layer)
    {
        var kernels = new[] { "Accumulate", "Merge", "Output" }
            .Select(name => layer.Type.GetNestedType("Gpu")!.GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic))
            .OfType<MethodInfo>()
            .ToList();
        Assert.Equal(layer.Kernel is null ? 1 : 3, kernels.Count);
        foreach (var kernel in kernels)
        {
            var ptx = Compile(kernel);
            Assert.DoesNotContain(".local", ptx, StringComparison.Ordinal);

            // It keeps 11 bits.
            Assert.DoesNotContain("tanh.approx", ptx, StringComparison.Ordinal);
            var shared = Regex.Matches(ptx, @"\.shared[^;\[]*\.b(\d+)[^;\[]*\[(\d+)\]")
                .Sum(match => int.Parse(match.Groups[1].Value) / 8 * int.Parse(match.Groups[2].Value));
            Assert.InRange(shared, kernel.Name == "Merge" ? 0 : 1, 48 * 1024);
            if (kernel.Name != "Merge")
            {
                // Operands in shared memory, parameters or the state.
                Assert.Matches(@"ld\.(shared|global)\.v4", ptx);
            }
        }
    }

    private static string Compile(MethodInfo kernel)
    {
        // A context of its own: one that failed to compile a kernel compiles no other.
        using var context = Context.Create(b => b.Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(CudaArchitecture.SM_90), CudaArchitecture.SM_90, CudaInstructionSet.ISA_80, null);
        return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)).PTXAssembly;
    }
}
