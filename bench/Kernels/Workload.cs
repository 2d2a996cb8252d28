namespace KernelGen.Bench.Kernels;

/// <summary>One kernel at one shape with one number of threads, ready to be called again and again.</summary>
public sealed class Workload
{
    private readonly IAttention _layer;
    private readonly Tensors _tensors;
    private readonly AttentionShape _shape;
    private readonly int _count;

    public Workload(BenchKernel kernel, int heads, int length, int threads, Tensors? tensors = null)
    {
        _layer = kernel.Create();
        _layer.DegreeOfParallelism = threads;
        _shape = new AttentionShape(1, heads, length);
        _count = heads * length * kernel.HeadDim;
        _tensors = tensors ?? new Tensors(_count);
        Flops = heads * kernel.FlopsPerHead(length);
    }

    /// <summary>The nominal operations of one call.</summary>
    public double Flops { get; }

    public long ScratchBytes => _layer.ScratchBytes(_shape);

    public void Run() => _layer.Forward(
        _tensors.Query.AsSpan(0, _count), _tensors.Key.AsSpan(0, _count), _tensors.Value.AsSpan(0, _count),
        _tensors.Destination.AsSpan(0, _count), _shape);
}
