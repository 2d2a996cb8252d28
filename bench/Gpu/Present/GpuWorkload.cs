using ILGPU;
using ILGPU.Runtime;
using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.Gpu;

/// <summary>One kernel at one shape with its tensors on the device.</summary>
internal sealed class GpuWorkload : IDisposable
{
    private const int Heads = 8;

    private readonly Accelerator _accelerator;
    private readonly BenchKernel _kernel;
    private readonly GpuKernel.Loaded _loaded;
    private readonly AttentionShape _shape;
    private readonly List<MemoryBuffer1D<float, Stride1D.Dense>> _tensors = [];

    public GpuWorkload(BenchKernel kernel, GpuKernel.Loaded loaded, Accelerator accelerator, int length)
    {
        (_accelerator, _kernel, _loaded) = (accelerator, kernel, loaded);
        _shape = new AttentionShape(1, Heads, length);
        try
        {
            // The numbers of the CPU's tensors, which repeat: so many gigabytes need not be there on the CPU too.
            var numbers = new Tensors((int)Math.Min(Count(kernel, length), Tensors.Period));
            foreach (var source in (float[][])[numbers.Query, numbers.Key, numbers.Value, numbers.Destination])
            {
                _tensors.Add(accelerator.Allocate1D<float>(Count(kernel, length)));
                Fill(_tensors[^1].View, source);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The nominal operations of one call.</summary>
    public double Flops => Heads * _kernel.FlopsPerHead(_shape.QueryLength);

    public long ScratchBytes => _loaded.ScratchBytes(_shape);

    /// <summary>The bytes on the device of a call, inputs and output included.</summary>
    public static long Bytes(BenchKernel kernel, GpuKernel.Loaded loaded, int length) =>
        (4 * sizeof(float) * Count(kernel, length)) + loaded.ScratchBytes(new AttentionShape(1, Heads, length));

    /// <summary>Queues calls.</summary>
    public void Queue(int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            _loaded.Forward(
                _accelerator.DefaultStream, _tensors[0].View, _tensors[1].View, _tensors[2].View, _tensors[3].View, in _shape, default, default);
        }
    }

    /// <summary>The largest difference to the outputs of the CPU over the largest of these; NaN where an output is.</summary>
    public double Disagreement()
    {
        var tensors = new Tensors((int)Count(_kernel, _shape.QueryLength));
        _kernel.Create().Forward(tensors.Query, tensors.Key, tensors.Value, tensors.Destination, _shape);
        var output = new float[tensors.Destination.Length];
        _tensors[3].View.CopyToCPU(_accelerator.DefaultStream, output);
        _accelerator.DefaultStream.Synchronize();
        var (most, size) = (0.0, 0.0);
        for (var i = 0; i < output.Length; i++)
        {
            most = Math.Max(most, Math.Abs((double)output[i] - tensors.Destination[i]));
            size = Math.Max(size, Math.Abs((double)tensors.Destination[i]));
        }

        return most / size;
    }

    public void Dispose() => _tensors.ForEach(tensor => tensor.Dispose());

    private static long Count(BenchKernel kernel, int length) => (long)Heads * length * kernel.HeadDim;

    private void Fill(ArrayView<float> view, float[] source)
    {
        for (var i = 0L; i < view.Length; i += source.Length)
        {
            var count = (int)Math.Min(source.Length, view.Length - i);
            view.SubView(i, count).CopyFromCPU(_accelerator.DefaultStream, source.AsSpan(0, count));
        }

        _accelerator.DefaultStream.Synchronize();
    }
}
