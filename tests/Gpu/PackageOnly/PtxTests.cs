using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using KernelGen.Gpu.Tests.Behaviour;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Decay;
using KernelGen.Tests.Masks;
using Xunit;

namespace KernelGen.Gpu.Tests.PackageOnly;

/// <summary>
/// Every emitted kernel compiles to PTX, which needs no device, and the text is what the emitter is written for: register blocks that stay
/// in registers, loads of four floats, tensor cores where they are asked for, and no more shared memory than every device has.
/// </summary>
public class PtxTests
{
    public static TheoryData<Layer> Layers =>
    [
        .. Layer.All(), .. Layer.In("KernelGen.Tests.Behaviour.Generalized"), .. Layer.In("KernelGen.Tests.Masks"), .. TensorTests.All,
        .. Layer.In("KernelGen.Tests.Decay"),
    ];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Kernels_compile_to_lean_PTX(Layer layer)
    {
        var passes = layer.Type.GetNestedType("Gpu")!.GetNestedTypes(BindingFlags.NonPublic)
            .Where(pass => pass.Name.EndsWith("Pass", StringComparison.Ordinal)).ToList();
        Assert.Equal(1 + layer.GradientPrograms.Count, passes.Count);
        var kernels = passes
            .SelectMany(pass => new[] { "Accumulate", "Merge", "Output" }
                .Select(name => pass.GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)))
            .OfType<MethodInfo>()
            .ToList();
        Assert.Equal((layer.Kernel is null ? 1 : 3) * passes.Count, kernels.Count);
        var isTensor = layer.Type.Namespace == TensorTests.Namespace;
        foreach (var kernel in kernels)
        {
            var ptx = Compile(kernel);
            var local = Regex.Matches(ptx, @"\.local \.align \d+ \.b8 \w+\[(\d+)\];");
            if (isTensor)
            {
                // ILGPU hands each operand of inline PTX over in four bytes of its own, which ptxas keeps in registers: no array, and never
                // an index.
                Assert.All(local, match => Assert.Equal("4", match.Groups[1].Value));
                Assert.DoesNotMatch(@"(ld|st)\.local[^;]*\+", ptx);
            }
            else
            {
                Assert.Empty(local);
            }

            Assemble(ptx);

            // It keeps 11 bits.
            Assert.DoesNotContain("tanh.approx", ptx, StringComparison.Ordinal);
            var shared = Regex.Matches(ptx, @"\.shared[^;\[]*\.b(\d+)[^;\[]*\[(\d+)\]")
                .Sum(match => int.Parse(match.Groups[1].Value) / 8 * int.Parse(match.Groups[2].Value));
            Assert.InRange(shared, kernel.Name == "Merge" ? 0 : 1, 48 * 1024);
            if (kernel.Name == "Output")
            {
                Assert.Equal(isTensor, ptx.Contains("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", StringComparison.Ordinal));
                Assert.Equal(isTensor, ptx.Contains("cvt.rna.tf32.f32", StringComparison.Ordinal));
            }

            if (kernel.Name != "Merge")
            {
                // Operands in shared memory, parameters or the state.
                Assert.Matches(@"ld\.(shared|global)\.v4", ptx);

                // Four floats of a state are one load or store: one by one, those after the first would have an offset of their own.
                Assert.DoesNotMatch(@"(ld|st)\.global[\w.]*\.f32[^;]*\+(4|8|12)\]", ptx);
            }

            if (kernel.Name == "Accumulate" && !isTensor)
            {
                Assert.Matches(@"st\.global\.v4\.f32", ptx);
            }
        }
    }

    /// <summary>Nothing of them needs doubles, which not every device has.</summary>
    [Theory]
    [InlineData(typeof(FadingSoftmax), "Sum", "Gradient")]
    [InlineData(typeof(RetentiveRelu), "Sum")]
    public void Kernels_of_running_sums_compile_to_PTX_without_doubles(Type layer, params string[] kernels)
    {
        var sums = layer.GetNestedType("Gpu")!.GetNestedType("RunningSums", BindingFlags.NonPublic)!;
        foreach (var kernel in kernels)
        {
            var ptx = Compile(sums.GetMethod(kernel, BindingFlags.Static | BindingFlags.NonPublic)!);
            Assert.DoesNotMatch(@"\.f64|\.local \.align", ptx);
            Assemble(ptx);
        }
    }

    /// <summary>Likewise what adds up the gradients of tables.</summary>
    [Theory]
    [InlineData(typeof(OneNumber))]
    [InlineData(typeof(ScaledByDistance))]
    public void Kernels_of_tables_compile_to_PTX_without_doubles_and_atomics(Type layer)
    {
        var pass = layer.GetNestedType("Gpu")!.GetNestedType("TablesPass", BindingFlags.NonPublic)!;
        foreach (var kernel in new[] { "Output", "SumTables" })
        {
            var ptx = Compile(pass.GetMethod(kernel, BindingFlags.Static | BindingFlags.NonPublic)!);
            Assert.DoesNotMatch(@"\.f64|\.local \.align|\b(atom|red)\.", ptx);
            Assemble(ptx);
        }
    }

    private static string Compile(MethodInfo kernel)
    {
        // A context of its own: one that failed to compile a kernel compiles no other.
        using var context = Context.Create(b => b.Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(CudaArchitecture.SM_90), CudaArchitecture.SM_90, CudaInstructionSet.ISA_78, null);
        return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)).PTXAssembly;
    }

    /// <summary>Where KERNELGEN_PTXAS names NVIDIA's assembler, it takes the text, and leaves nothing on the stack.</summary>
    private static void Assemble(string ptx)
    {
        if (Environment.GetEnvironmentVariable("KERNELGEN_PTXAS") is not { Length: > 0 } assembler)
        {
            return;
        }

        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, ptx);
            var start = new ProcessStartInfo(assembler, ["-v", "-arch=sm_90", file, "-o", file + ".cubin"])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            var said = process.StandardError.ReadToEnd() + process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, said);
            Assert.Contains("0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads", said, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
            File.Delete(file + ".cubin");
        }
    }
}
