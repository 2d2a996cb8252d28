namespace KernelGen.Bench.Kernels;

/// <summary>One kernel at one shape with one number of threads, ready to be called again and again.</summary>
public sealed class Workload
{
    private readonly IAttention _layer;
    private readonly Tensors _tensors;
    private readonly AttentionShape _shape;
    private readonly int _count;
    private readonly Direction _direction;
    private readonly AttentionResult? _result;

    public Workload(BenchKernel kernel, int heads, int length, int threads, Tensors? tensors = null, Direction direction = Direction.Forward)
    {
        _layer = kernel.Create();
        _layer.DegreeOfParallelism = threads;
        _shape = new AttentionShape(1, heads, length);
        _count = heads * length * kernel.HeadDim;
        _tensors = tensors ?? new Tensors(_count);
        Flops = heads * kernel.FlopsPerHead(length, direction);
        _direction = direction;
        if (direction != Direction.Forward && _tensors.Query.Length >= _count)
        {
            // What a backward pass starts from.
            _result = new AttentionResult(_layer, _shape);
            Forward();
        }
    }

    /// <summary>The nominal operations of one call.</summary>
    public double Flops { get; }

    /// <summary>Bytes of scratch memory of a call.</summary>
    public long ScratchBytes => _direction switch
    {
        Direction.Forward => _layer.ScratchBytes(_shape),
        Direction.Backward => _layer.BackwardScratchBytes(_shape),
        _ => Math.Max(_layer.ScratchBytes(_shape), _layer.BackwardScratchBytes(_shape)),
    };

    public void Run()
    {
        if (_direction != Direction.Backward)
        {
            Forward();
        }

        if (_direction != Direction.Forward)
        {
            Backward();
        }
    }

    private void Forward()
    {
        if (_result is null)
        {
            _layer.Forward(Part(_tensors.Query), Part(_tensors.Key), Part(_tensors.Value), _tensors.Destination.AsSpan(0, _count), _shape);
        }
        else
        {
            _layer.Forward(Part(_tensors.Query), Part(_tensors.Key), Part(_tensors.Value), _tensors.Destination.AsSpan(0, _count), _shape, _result);
        }
    }

    private void Backward() => _layer.Backward(
        Part(_tensors.Query), Part(_tensors.Key), Part(_tensors.Value), Part(_tensors.Destination), _result!,
        outputGradient: Part(_tensors.Value), // any numbers of that size
        _tensors.Gradients[0].AsSpan(0, _count), _tensors.Gradients[1].AsSpan(0, _count), _tensors.Gradients[2].AsSpan(0, _count), _shape);

    private ReadOnlySpan<float> Part(float[] tensor) => tensor.AsSpan(0, _count);
}
