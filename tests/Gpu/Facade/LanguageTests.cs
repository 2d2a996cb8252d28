using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace KernelGen.Gpu.Tests.Facade;

/// <summary>What emitted kernels and launchers use works alike on the facade and on ILGPU's own CPU accelerator.</summary>
public sealed class LanguageTests : IDisposable
{
    private readonly Machine _machine = new();

    private AcceleratorStream Stream => _machine.Accelerator.DefaultStream;

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void Votes_are_counted()
    {
        var data = Enumerable.Repeat(1.0f, 192).ToArray();
        data[70] = data[100] = -1.0f;
        Array.Fill(data, -1.0f, 128, 64);
        using var input = _machine.Upload(data);
        using var result = _machine.Accelerator.Allocate1D<int>(3);
        _machine.Accelerator.LoadKernel<ArrayView<float>, ArrayView<int>>(LanguageKernels.Votes)(Stream, (3, 64), input.View, result.View);
        Stream.Synchronize();
        Assert.Equal([0, 1 + (4 * 2), 1 + 2 + (4 * 64)], result.GetAsArray1D());
    }

    [Fact]
    public void Four_floats_are_loaded_at_once()
    {
        var data = Enumerable.Range(0, 128).Select(i => (float)i).ToArray();
        using var input = _machine.Upload(data);
        using var result = _machine.Accelerator.Allocate1D<float>(128);
        _machine.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>>(
            LanguageKernels.ReverseByFours)(Stream, (2, 64), input.View, result.View);
        Stream.Synchronize();
        Assert.Equal(data.Take(64).Reverse().Concat(data.Skip(64).Reverse()), result.GetAsArray1D());
    }

    [Fact]
    public void Twelve_parameters()
    {
        var data = Enumerable.Range(0, 40).Select(i => (float)i).ToArray();
        using var input = _machine.Upload(data);
        using var result = _machine.Accelerator.Allocate1D<float>(40);
        result.MemSetToZero(Stream);
        var kernel = _machine.Accelerator.LoadKernel<
            ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
            int, float, long, Index1D, Shape>(LanguageKernels.TwelveParameters);
        var view = input.View;
        kernel(Stream, (1, 32), view, view, view, view, view, view, result.View, 8, 2.0f, 100L, 1000, new Shape(1, 2, 3));
        Stream.Synchronize();
        Assert.Equal(data.Select((x, i) => i < 8 ? 0.0f : (12.0f * x) + 1110.0f), result.GetAsArray1D());
    }

    [Fact]
    public void Helpers_that_wait()
    {
        var data = Enumerable.Range(0, 64).Select(i => (float)(i % 3)).ToArray();
        using var input = _machine.Upload(data);
        using var result = _machine.Accelerator.Allocate1D<float>(64);
        _machine.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>>(LanguageKernels.Sums)(Stream, (1, 64), input.View, result.View);
        Stream.Synchronize();
        var squares = data.Sum(x => x * x);
        Assert.Equal(data.Select(x => (1000.0f * ((2.0f * x) + data.Sum())) + squares), result.GetAsArray1D());
    }

    [Fact]
    public void Locals_live_across_barriers()
    {
        using var result = _machine.Accelerator.Allocate1D<int>(64);
        _machine.Accelerator.LoadKernel<ArrayView<int>>(LanguageKernels.Locals)(Stream, (1, 64), result.View);
        Stream.Synchronize();
        Assert.Equal(
            Enumerable.Range(0, 64).Select(i => (ushort)(i + 65530) + i + 1 + (i % 3 != 0 ? 100_000 : 0) + 2 + i),
            result.GetAsArray1D());
    }

    [Fact]
    public void Copies_of_parts()
    {
        using var buffer = _machine.Accelerator.Allocate1D<float>(8);
        buffer.MemSetToZero();
        buffer.View.SubView(2, 3).CopyFromCPU(Stream, new ReadOnlySpan<float>([1.0f, 2.0f, 3.0f]));
        float[] more = [4.0f, 5.0f];
        buffer.View.BaseView.SubView(6, 2).CopyFromCPUUnsafeAsync(Stream, ref more[0], 2);
        Stream.Synchronize();
        var part = new float[5];
        buffer.View.SubView(3, 5).CopyToCPU(Stream, part.AsSpan());
        Assert.Equal([2.0f, 3.0f, 0.0f, 4.0f, 5.0f], part);
        Assert.ThrowsAny<ArgumentException>(() => buffer.View.CopyFromCPU(Stream, new float[9]));
    }

    [Fact]
    public void Context_tells_its_optimisation()
    {
        using var context = Context.Create(b => b.Cuda());
        Assert.Equal(OptimizationLevel.O1, context.Properties.OptimizationLevel);
        Assert.Equal(OptimizationLevel.O2, _machine.Accelerator.Context.Properties.OptimizationLevel);
        Assert.InRange(_machine.Accelerator.MaxNumThreadsPerGroup, 256, int.MaxValue);
    }
}
