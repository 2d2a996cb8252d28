using static TorchSharp.torch;

namespace KernelGen.Bench.Torch.Peers;

/// <summary>Attention of libtorch's operators; gradients are autograd's.</summary>
internal abstract class TorchAttention : IContender
{
    public abstract string Name { get; }

    public abstract bool Can(PeerCase what);

    public IPreparedCase Prepare(PeerCase what, PeerInputs inputs) => new Prepared(Formula(what), what, inputs);

    /// <summary>Outputs from queries, keys and values, [1, heads, length, dim].</summary>
    protected abstract Func<Tensor, Tensor, Tensor, Tensor> Formula(PeerCase what);

    /// <summary>A tensor of one sequence.</summary>
    protected static Tensor Of(PeerCase what, float[] numbers, bool requiresGradient = false) =>
        tensor(numbers, [1, PeerCase.Heads, what.Length, PeerCase.HeadDim], requires_grad: requiresGradient);

    private sealed class Prepared : IPreparedCase
    {
        private readonly Func<Tensor, Tensor, Tensor, Tensor> _formula;
        private readonly Tensor _query, _key, _value, _outputGradient;
        private readonly bool _withBackward;
        private IReadOnlyList<Tensor> _last = [];

        public Prepared(Func<Tensor, Tensor, Tensor, Tensor> formula, PeerCase what, PeerInputs inputs)
        {
            (_formula, _withBackward) = (formula, what.WithBackward);
            _query = Of(what, inputs.Query, _withBackward).DetachFromDisposeScope();
            _key = Of(what, inputs.Key, _withBackward).DetachFromDisposeScope();
            _value = Of(what, inputs.Value, _withBackward).DetachFromDisposeScope();
            _outputGradient = Of(what, inputs.OutputGradient).DetachFromDisposeScope();
        }

        public void Run()
        {
            DisposeLast();
            using var scope = NewDisposeScope();
            if (!_withBackward)
            {
                using var none = no_grad();
                _last = [_formula(_query, _key, _value).DetachFromDisposeScope()];
                return;
            }

            var output = _formula(_query, _key, _value);
            var gradients = autograd.grad([output], [_query, _key, _value], [_outputGradient]);
            _last = [output.detach().DetachFromDisposeScope(), .. gradients.Select(gradient => gradient.DetachFromDisposeScope())];
        }

        public IReadOnlyList<float[]> Results() => [.. _last.Select(tensor => tensor.contiguous().data<float>().ToArray())];

        public void Dispose()
        {
            DisposeLast();
            foreach (var input in new[] { _query, _key, _value, _outputGradient })
            {
                input.Dispose();
            }
        }

        private void DisposeLast()
        {
            foreach (var tensor in _last)
            {
                tensor.Dispose();
            }

            _last = [];
        }
    }
}
