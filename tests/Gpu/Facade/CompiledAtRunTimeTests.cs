using System.Runtime.Loader;
using ILGPU;
using ILGPU.Runtime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace KernelGen.Gpu.Tests.Facade;

/// <summary>Kernels of an assembly that a test compiles and unloads run like others, whether optimised or not.</summary>
public class CompiledAtRunTimeTests
{
    private const string Source = """
        using ILGPU;

        internal static class Emitted
        {
            public readonly struct Shape
            {
                public Shape(int count) => Count = count;

                public int Count { get; }
            }

            private interface IMap
            {
                static abstract float Map(float x);
            }

            private readonly struct Twice : IMap
            {
                public static float Map(float x) => 2.0f * x;
            }

            public static System.Action<ArrayView<float>, int> Kernel => Run<Twice>;

            private static void Run<TMap>(ArrayView<float> values, int count)
                where TMap : struct, IMap
            {
                var shape = new Shape(count);
                var shared = SharedMemory.Allocate<float>(32);
                shared[Group.IdxX] = values[Group.IdxX];
                Group.Barrier();
                values[Group.IdxX] = TMap.Map(shared[shape.Count - 1 - Group.IdxX]);
            }
        }
        """;

    [Theory]
    [InlineData(Microsoft.CodeAnalysis.OptimizationLevel.Release)]
    [InlineData(Microsoft.CodeAnalysis.OptimizationLevel.Debug)]
    public void Runs(Microsoft.CodeAnalysis.OptimizationLevel level)
    {
        var trusted = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "Emitted",
            [CSharpSyntaxTree.ParseText(Source)],
            trusted.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: level));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        image.Position = 0;
        var load = new AssemblyLoadContext("Emitted", isCollectible: true);
        var type = load.LoadFromStream(image).GetType("Emitted")!;
        var kernel = (Action<ArrayView<float>, int>)type.GetProperty("Kernel")!.GetValue(null)!;
        Assert.Equal([62.0f, 60.0f, 58.0f], Execute(kernel).Take(3));
        load.Unload();
    }

    private static float[] Execute(Action<ArrayView<float>, int> kernel)
    {
        using var machine = new Machine();
        using var buffer = machine.Upload(Enumerable.Range(0, 32).Select(i => (float)i).ToArray());
        machine.Accelerator.LoadKernel(kernel)(machine.Accelerator.DefaultStream, (1, 32), buffer.View, 32);
        machine.Accelerator.Synchronize();
        return buffer.GetAsArray1D();
    }
}
