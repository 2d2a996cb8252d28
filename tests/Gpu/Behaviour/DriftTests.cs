using KernelGen.Gpu.Tests.Behaviour.Drift;
using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour
{
    /// <summary>
    /// Sums of equal tokens, whose roundings all go one way: without care they are off by 2e-4 after 100,000 tokens on a small device (the
    /// state's sums) and by 3e-5 (exact attention's). Queries and keys are 0, so that outputs are the values, which are 0.3 and 1.1.
    /// </summary>
    public class DriftTests
    {
        /// <summary>ILGPU's CPU accelerator would take an hour; there the tests only see that the kernels run.</summary>
        private static int Long => Sizes.AreShort ? 600 : 100_000;

        [Fact]
        public void Sums_over_the_keys_of_a_query()
        {
            using var machine = new Machine();
            var shape = new AttentionShape(1, 1, 1, Long);
            var (query, key, value, output) = (new float[4], new float[4 * Long], Alternating(4 * Long), new float[4]);
            using var favor = new Favor4.Gpu(new Favor4(1), machine.Accelerator);
            favor.Forward(query, key, value, output, shape);
            Check(output);
            using var exact = new Exact4.Gpu(new Exact4(), machine.Accelerator);
            exact.Forward(query, key, value, output, shape);
            Check(output);
        }

        [Fact]
        public void Sums_over_the_tokens_before_a_query()
        {
            using var machine = new Machine();
            var (zero, value, output) = (new float[4 * Long], Alternating(4 * Long), new float[4 * Long]);
            using var gpu = new CausalFavor4.Gpu(new CausalFavor4(1), machine.Accelerator);
            gpu.Forward(zero, zero, value, output, new AttentionShape(1, 1, Long));
            Check(output);
        }

        /// <summary>One key, whose gradients are the sums of those of all queries: its weight is 1.</summary>
        [Fact]
        public void Sums_over_queries_in_gradients()
        {
            var length = Sizes.AreShort ? 600 : 40_000;
            using var machine = new Machine();
            var shape = new AttentionShape(1, 1, length, 1);
            float[] value = [1, 2, 3, 4];
            var (query, key, upstream) = (new float[4 * length], new float[4], Alternating(4 * length));
            var (dq, dk, dv) = (new float[4 * length], new float[4], new float[4]);
            using var favor = new Favor4.Gpu(new Favor4(1), machine.Accelerator);
            favor.Backward(query, key, value, upstream, dq, dk, dv, shape);
            CheckSum(dv);
            using var exact = new Exact4.Gpu(new Exact4(), machine.Accelerator);
            exact.Backward(query, key, value, upstream, dq, dk, dv, shape);
            CheckSum(dv);

            // The worst without care would be 2.3e-4 and 2.7e-5 at 100,000.
            void CheckSum(float[] sums) => Check(Array.ConvertAll(sums, x => x / length), 5e-6);
        }

        /// <summary>
        /// A state that no registers hold, which every tile rounds: long sequences are cut into several rounds of short spans.
        /// </summary>
        [Fact]
        public void Several_rounds_compute_what_the_CPU_does()
        {
            const int Length = 8192 + 70;
            using var machine = new Machine();
            var layer = new Wide(1);
            var shape = new AttentionShape(1, 1, Length);
            var random = new Random(3);
            var (query, key) = (Inputs.Normal(random, Length * Wide.HeadDim, 0.5f), Inputs.Normal(random, Length * Wide.HeadDim, 0.5f));
            var (value, upstream) = (Inputs.Normal(random, Length * Wide.ValueDim, 1), Inputs.Normal(random, Length * Wide.ValueDim, 1));
            if (Sizes.AreShort)
            {
                return;
            }

            var (output, expected, context) = (new float[value.Length], new float[value.Length], new BackwardContext());
            using var gpu = new Wide.Gpu(layer, machine.Accelerator);
            layer.Forward(query, key, value, expected, shape, new() { Context = context });
            gpu.Forward(query, key, value, output, shape);

            // As in ScratchMemoryTests.
            Close(expected, output, 1e-5);
            float[][] gradients =
            [
                new float[query.Length], new float[key.Length], new float[value.Length], new float[query.Length], new float[key.Length],
                new float[value.Length],
            ];
            layer.Backward(query, key, value, expected, context, upstream, gradients[0], gradients[1], gradients[2], shape);
            gpu.Backward(query, key, value, upstream, gradients[3], gradients[4], gradients[5], shape);
            for (var i = 0; i < 3; i++)
            {
                Close(gradients[i], gradients[i + 3], 1e-4);
            }

            static void Close(float[] one, float[] other, double tolerance) =>
                Compare.Close(Array.ConvertAll(one, x => (double)x), other, tolerance);
        }

        /// <summary>In one chain, sums over 4,096 features are 4e-5 off.</summary>
        [Fact]
        public void Sums_over_features()
        {
            const int Length = 5;
            var layer = Layer.Of<CausalOfManyFeatures>();
            var inputs = new Inputs(layer, Length, Length, seed: 1);
            inputs.Query.AsSpan().Clear();
            inputs.Key.AsSpan().Clear();
            Alternating(inputs.Value.Length).CopyTo(inputs.Value.AsSpan());
            using var gpu = new GpuLayer(layer);
            var (output, logSumExp) = gpu.ForwardWithLogSumExp(inputs);
            Check(output);
            for (var t = 0; t < Length; t++)
            {
                // The sum itself, not only its ratio to another with the same rounding.
                Assert.InRange(logSumExp[t] - Math.Log(CausalOfManyFeatures.Features * (t + 1.0)), -1e-5, 1e-5);
            }
        }

        private static float[] Alternating(int count) => [.. Enumerable.Range(0, count).Select(i => i % 2 == 0 ? 0.3f : 1.1f)];

        /// <summary>Within what users are promised, 1e-5 of the largest, or less.</summary>
        private static void Check(float[] outputs, double tolerance = 1e-5) =>
            Compare.Close(Array.ConvertAll(Alternating(outputs.Length), x => (double)x), outputs, tolerance);
    }
}

// A namespace of their own: the tests of every layer need no more of them.
namespace KernelGen.Gpu.Tests.Behaviour.Drift
{
    [FavorAttention(HeadDim = 4, Features = 8)]
    public sealed partial class Favor4;

    [FavorAttention(HeadDim = 4, Features = 8, Causal = true)]
    public sealed partial class CausalFavor4;

    [FavorAttention(HeadDim = 2, Features = 4096, Causal = true)]
    public sealed partial class CausalOfManyFeatures;

    [SoftmaxAttention(HeadDim = 4)]
    public sealed partial class Exact4;

    [FavorAttention(HeadDim = 4, ValueDim = 68, Features = 64, Causal = true)]
    public sealed partial class Wide;
}
