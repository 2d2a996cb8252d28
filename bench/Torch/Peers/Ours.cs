namespace KernelGen.Bench.Torch.Peers;

/// <summary>KernelGen's layers, on spans.</summary>
internal sealed class Ours : IContender
{
    public string Name => "KernelGen";

    public bool Can(PeerCase what) => true;

    public IPreparedCase Prepare(PeerCase what, PeerInputs inputs) => new Prepared(what, inputs);

    private sealed class Prepared : IPreparedCase
    {
        private readonly IDifferentiableAttention _attention;
        private readonly AttentionShape _shape;
        private readonly BackwardContext? _context;
        private readonly PeerInputs _inputs;
        private readonly float[] _output;
        private readonly float[][] _gradients;

        public Prepared(PeerCase what, PeerInputs inputs)
        {
            _attention = (what.IsExact, what.Causal) switch
            {
                (true, false) => new Exact(),
                (true, true) => new CausalExact(),
                (false, false) => new Favor(PeerInputs.ProjectionSeed),
                (false, true) => new CausalFavor(PeerInputs.ProjectionSeed),
            };
            _attention.DegreeOfParallelism = what.Threads;
            _shape = new AttentionShape(1, PeerCase.Heads, what.Length);
            _inputs = inputs;
            _output = new float[what.Count];
            _gradients = what.WithBackward ? [new float[what.Count], new float[what.Count], new float[what.Count]] : [];
            _context = what.WithBackward ? new BackwardContext() : null;
        }

        public void Run()
        {
            _attention.Forward(_inputs.Query, _inputs.Key, _inputs.Value, _output, _shape, new() { Context = _context });
            if (_context is not null)
            {
                _attention.Backward(
                    _inputs.Query, _inputs.Key, _inputs.Value, _output, _context, _inputs.OutputGradient, _gradients[0], _gradients[1],
                    _gradients[2], _shape);
            }
        }

        public IReadOnlyList<float[]> Results() => [_output, .. _gradients];

        public void Dispose() => _context?.Dispose();
    }
}
