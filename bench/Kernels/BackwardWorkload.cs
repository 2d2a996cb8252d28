namespace KernelGen.Bench.Kernels;

/// <summary>
/// Backward passes, each after a forward pass that keeps its result or, where that is not wanted, after one that ran before.
/// </summary>
public sealed class BackwardWorkload : Workload
{
    private readonly Direction _direction;
    private readonly AttentionResult? _result;

    /// <param name="direction">What a call computes: not a forward pass alone.</param>
    public BackwardWorkload(BenchKernel kernel, int heads, int length, int threads, Tensors? tensors, Direction direction)
        : base(kernel, heads, length, threads, tensors)
    {
        _direction = direction;
        if (Tensors.Query.Length >= Count)
        {
            // What a backward pass starts from.
            _result = new AttentionResult(Layer, Shape);
            Forward();
        }
    }

    public override double Flops => FlopsOf(_direction);

    public override long ScratchBytes =>
        _direction == Direction.Backward
            ? Layer.BackwardScratchBytes(Shape)
            : Math.Max(base.ScratchBytes, Layer.BackwardScratchBytes(Shape));

    public override void Run()
    {
        if (_direction == Direction.Both)
        {
            Forward();
        }

        Layer.Backward(
            Part(Tensors.Query), Part(Tensors.Key), Part(Tensors.Value), Part(Tensors.Destination), _result!,
            outputGradient: Part(Tensors.Value), // any numbers of that size
            Tensors.Gradients[0].AsSpan(0, Count), Tensors.Gradients[1].AsSpan(0, Count), Tensors.Gradients[2].AsSpan(0, Count), Shape);
    }

    private void Forward() =>
        Layer.Forward(Part(Tensors.Query), Part(Tensors.Key), Part(Tensors.Value), Tensors.Destination.AsSpan(0, Count), Shape, _result!);
}
