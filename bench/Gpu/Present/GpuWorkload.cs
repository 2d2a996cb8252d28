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
    private readonly Direction _direction;
    private readonly List<MemoryBuffer1D<float, Stride1D.Dense>> _tensors = [];
    private readonly GpuBackwardContext? _context;

    /// <param name="kernel">The kernel.</param>
    /// <param name="loaded">The same on the device.</param>
    /// <param name="accelerator">The device.</param>
    /// <param name="length">Tokens.</param>
    /// <param name="direction">Forward or backward.</param>
    public GpuWorkload(BenchKernel kernel, GpuKernel.Loaded loaded, Accelerator accelerator, int length, Direction direction)
    {
        (_accelerator, _kernel, _loaded, _direction) = (accelerator, kernel, loaded, direction);
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

            if (direction == Direction.Backward)
            {
                // What a backward pass starts from, and the three gradients.
                _context = loaded.CreateContext(_shape);
                Forward();
                for (var i = 0; i < 3; i++)
                {
                    _tensors.Add(accelerator.Allocate1D<float>(Count(kernel, length)));
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The nominal operations of one call.</summary>
    public double Flops => Heads * _kernel.FlopsPerHead(_shape.QueryLength, _direction);

    public long ScratchBytes => Scratch(_loaded, _shape, _direction) + (_context?.Bytes ?? 0);

    /// <summary>The bytes on the device of a call, inputs and outputs included.</summary>
    public static long Bytes(BenchKernel kernel, GpuKernel.Loaded loaded, int length, Direction direction)
    {
        var shape = new AttentionShape(1, Heads, length);
        var tensors = (direction == Direction.Backward ? 7 : 4) * sizeof(float) * Count(kernel, length);
        return tensors + Math.Max(Scratch(loaded, shape, direction), loaded.ScratchBytes(shape));
    }

    /// <summary>Queues calls.</summary>
    public void Queue(int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            if (_direction == Direction.Forward)
            {
                Forward();
            }
            else
            {
                Backward();
            }
        }
    }

    /// <summary>The largest difference to the outputs, or gradients, of the CPU over the largest of these; NaN where one is.</summary>
    public double Disagreement()
    {
        var tensors = new Tensors((int)Count(_kernel, _shape.QueryLength));
        var layer = (IDifferentiableAttention)_kernel.Create();
        using var context = new BackwardContext();
        layer.Forward(tensors.Query, tensors.Key, tensors.Value, tensors.Destination, _shape, new() { Context = context });
        if (_direction == Direction.Forward)
        {
            return Difference(3, tensors.Destination);
        }

        layer.Backward(
            tensors.Query, tensors.Key, tensors.Value, tensors.Destination, context, outputGradient: tensors.Value, tensors.Gradients[0],
            tensors.Gradients[1], tensors.Gradients[2], _shape);
        return Enumerable.Range(0, 3).Max(i => Difference(4 + i, tensors.Gradients[i]));
    }

    public void Dispose()
    {
        _tensors.ForEach(tensor => tensor.Dispose());
        _context?.Dispose();
    }

    private static long Scratch(GpuKernel.Loaded loaded, AttentionShape shape, Direction direction) =>
        direction == Direction.Forward ? loaded.ScratchBytes(shape) : loaded.BackwardScratchBytes(shape);

    private void Forward() => _loaded.Forward(
        _accelerator.DefaultStream, _tensors[0].View, _tensors[1].View, _tensors[2].View, _tensors[3].View, _shape, default, default,
        _context);

    private void Backward() => _loaded.Backward(
        _accelerator.DefaultStream, _tensors[0].View, _tensors[1].View, _tensors[2].View, _tensors[3].View, _context!,
        outputGradient: _tensors[2].View, // any numbers of that size
        _tensors[4].View, _tensors[5].View, _tensors[6].View, _shape, default, default, accumulate: false);

    private double Difference(int tensor, float[] expected)
    {
        var actual = new float[expected.Length];
        _tensors[tensor].View.CopyToCPU(_accelerator.DefaultStream, actual);
        _accelerator.DefaultStream.Synchronize();
        var (most, size) = (0.0, 0.0);
        for (var i = 0; i < actual.Length; i++)
        {
            most = Math.Max(most, Math.Abs((double)actual[i] - expected[i]));
            size = Math.Max(size, Math.Abs((double)expected[i]));
        }

        return most / size;
    }

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
