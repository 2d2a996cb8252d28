namespace KernelGen.Bench.Kernels;

/// <summary>One kernel at one shape with one number of threads, ready to be called again and again: forward passes.</summary>
public class Workload
{
    public Workload(BenchKernel kernel, int heads, int length, int threads, Tensors? tensors = null)
    {
        Kernel = kernel;
        Layer = kernel.Create();
        Layer.DegreeOfParallelism = threads;
        Shape = new AttentionShape(1, heads, length);
        Count = heads * length * kernel.HeadDim;
        Tensors = tensors ?? new Tensors(Count);
    }

    /// <summary>The nominal operations of one call.</summary>
    public virtual double Flops => FlopsOf(Direction.Forward);

    /// <summary>Bytes of scratch memory of a call.</summary>
    public virtual long ScratchBytes => Layer.ScratchBytes(Shape);

    protected BenchKernel Kernel { get; }

    protected IAttention Layer { get; }

    protected AttentionShape Shape { get; }

    protected Tensors Tensors { get; }

    /// <summary>The numbers of a tensor of this shape; there may be more.</summary>
    protected int Count { get; }

    public virtual void Run() =>
        Layer.Forward(Part(Tensors.Query), Part(Tensors.Key), Part(Tensors.Value), Tensors.Destination.AsSpan(0, Count), Shape);

    protected double FlopsOf(Direction direction) => Shape.Heads * Kernel.FlopsPerHead(Shape.QueryLength, direction);

    protected ReadOnlySpan<float> Part(float[] tensor) => tensor.AsSpan(0, Count);
}
