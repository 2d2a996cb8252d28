namespace KernelGen.Bench.Kernels;

/// <summary>
/// Backward passes, each after a forward pass that keeps what it needs or, where that is not wanted, after one that ran before.
/// </summary>
public sealed class BackwardWorkload : Workload
{
    private readonly Direction _direction;
    private readonly IDifferentiableAttention _layer;
    private readonly BackwardContext _context = new();

    /// <param name="direction">What a call computes: not a forward pass alone.</param>
    public BackwardWorkload(BenchKernel kernel, int heads, int length, int threads, Tensors? tensors, Direction direction)
        : base(kernel, heads, length, threads, tensors)
    {
        _direction = direction;
        _layer = (IDifferentiableAttention)Layer;
        if (Tensors.Query.Length >= Count)
        {
            // What a backward pass starts from.
            Forward();
        }
    }

    public override double Flops => FlopsOf(_direction);

    public override long ScratchBytes =>
        _direction == Direction.Backward
            ? _layer.BackwardScratchBytes(Shape)
            : Math.Max(base.ScratchBytes, _layer.BackwardScratchBytes(Shape));

    public override void Run()
    {
        if (_direction == Direction.Both)
        {
            Forward();
        }

        _layer.Backward(
            Part(Tensors.Query), Part(Tensors.Key), Part(Tensors.Value), Part(Tensors.Destination), _context,
            outputGradient: Part(Tensors.Value), // any numbers of that size
            Tensors.Gradients[0].AsSpan(0, Count), Tensors.Gradients[1].AsSpan(0, Count), Tensors.Gradients[2].AsSpan(0, Count), Shape);
    }

    private void Forward() => Layer.Forward(
        Part(Tensors.Query), Part(Tensors.Key), Part(Tensors.Value), Tensors.Destination.AsSpan(0, Count), Shape,
        new ForwardOptions { Context = _context });
}
