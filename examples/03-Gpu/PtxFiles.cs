using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>Writes the PTX of every kernel, for people who want to read it. ILGPU writes PTX without a device or a driver.</summary>
internal static class PtxFiles
{
    private static readonly Type[] Layers =
        [typeof(Softmax), typeof(TensorSoftmax), typeof(CausalSoftmax), typeof(Relu), typeof(Softplus), typeof(Exact), typeof(TensorExact)];

    // Exact attention has no state, so it has only the last of them.
    private static readonly string[] Kernels = ["Accumulate", "Merge", "Output"];

    /// <summary>Writes all files; the folder is made where it is missing.</summary>
    /// <exception cref="JobException">A file cannot be written.</exception>
    public static IReadOnlyList<PtxFile> Write(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var files = new List<PtxFile>();
            foreach (var kernel in Layers.SelectMany(KernelsOf))
            {
                var pass = kernel.DeclaringType!;
                var layer = pass.DeclaringType!.DeclaringType!.Name;
                var name = $"{pass.Name}.{kernel.Name}";
                var path = Path.Combine(folder, $"{layer}.{name}.ptx");
                var text = Compile(kernel);
                File.WriteAllText(path, text);
                files.Add(new PtxFile(layer, name, path, text));
            }

            return files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException($"The folder '{folder}' cannot be written: {e.Message} Give another folder with --ptx.");
        }
    }

    private static IEnumerable<MethodInfo> KernelsOf(Type layer)
    {
        var gpu = layer.GetNestedType("Gpu", BindingFlags.Public | BindingFlags.NonPublic)!;
        return gpu.GetNestedTypes(BindingFlags.NonPublic)
            .SelectMany(pass => Kernels.Select(name => pass.GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)))
            .OfType<MethodInfo>();
    }

    private static string Compile(MethodInfo kernel)
    {
        using var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(CudaArchitecture.SM_90), CudaArchitecture.SM_90, CudaInstructionSet.ISA_80, null);
        return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)).PTXAssembly;
    }
}
