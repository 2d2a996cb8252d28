using KernelGen.Bench.Torch.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace KernelGen.Bench.Torch.Peers;

/// <summary>One of ONNX Runtime's attention operators. It computes no gradients: its training package is another one.</summary>
/// <param name="isContributed">
/// Its own MultiHeadAttention, [batch, length, heads · dim]; otherwise the standard's Attention, [batch, heads, length, dim].
/// </param>
internal sealed class OnnxAttention(bool isContributed) : IContender
{
    public string Name => isContributed ? "ONNX Runtime, MultiHeadAttention" : "ONNX Runtime, Attention";

    public bool Can(PeerCase what) => what is { IsExact: true, WithBackward: false };

    public IPreparedCase Prepare(PeerCase what, PeerInputs inputs) => new Prepared(isContributed, what, inputs);

    private sealed class Prepared : IPreparedCase
    {
        private static readonly string[] InputNames = ["query", "key", "value"];
        private static readonly string[] OutputNames = ["output"];

        private readonly bool _isContributed;
        private readonly PeerCase _what;
        private readonly InferenceSession _session;
        private readonly RunOptions _options = new();
        private readonly OrtValue[] _inputs;
        private readonly OrtValue[] _outputs;
        private readonly float[] _output;

        public Prepared(bool isContributed, PeerCase what, PeerInputs inputs)
        {
            (_isContributed, _what) = (isContributed, what);
            long[] shape = isContributed
                ? [1, what.Length, PeerCase.Heads * PeerCase.HeadDim]
                : [1, PeerCase.Heads, what.Length, PeerCase.HeadDim];
            var model = isContributed
                ? OnnxModel.Create(
                    "MultiHeadAttention", "com.microsoft", 1, [.. InputNames.Select(name => (name, shape))], (OutputNames[0], shape),
                    [("num_heads", PeerCase.Heads), ("unidirectional", what.Causal ? 1 : 0)])
                : OnnxModel.Create(
                    "Attention", "", 23, [.. InputNames.Select(name => (name, shape))], (OutputNames[0], shape),
                    [("is_causal", what.Causal ? 1 : 0)]);
            using var options = new SessionOptions { IntraOpNumThreads = what.Threads, InterOpNumThreads = 1 };

            // Its idle threads would go on spinning on the processors that the next contender needs.
            options.AddSessionConfigEntry("session.force_spinning_stop", "1");
            _session = new InferenceSession(model, options);
            _inputs = [.. new[] { inputs.Query, inputs.Key, inputs.Value }
                .Select(numbers => OrtValue.CreateTensorValueFromMemory(Arranged(numbers), shape))];
            _output = new float[what.Count];
            _outputs = [OrtValue.CreateTensorValueFromMemory(_output, shape)];
        }

        public void Run() => _session.Run(_options, InputNames, _inputs, OutputNames, _outputs);

        public IReadOnlyList<float[]> Results() => [_isContributed ? Exchange(_output, _what.Length, PeerCase.Heads) : _output];

        public void Dispose()
        {
            foreach (var value in _inputs.Concat(_outputs))
            {
                value.Dispose();
            }

            _options.Dispose();
            _session.Dispose();
        }

        private float[] Arranged(float[] numbers) => _isContributed ? Exchange(numbers, PeerCase.Heads, _what.Length) : numbers;

        /// <summary>[outer, inner, dim] as [inner, outer, dim].</summary>
        private static float[] Exchange(float[] numbers, int outer, int inner)
        {
            var exchanged = new float[numbers.Length];
            for (var i = 0; i < outer; i++)
            {
                for (var j = 0; j < inner; j++)
                {
                    numbers.AsSpan(((i * inner) + j) * PeerCase.HeadDim, PeerCase.HeadDim)
                        .CopyTo(exchanged.AsSpan(((j * outer) + i) * PeerCase.HeadDim));
                }
            }

            return exchanged;
        }
    }
}
