using KernelGen.Gpu.Tests.Behaviour.Large;
using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour
{
    /// <summary>
    /// Layers whose tiles do not fit into shared memory, not even with four tokens, keep them in scratch memory and compute the same.
    /// </summary>
    public class ScratchMemoryTests
    {
        private const int Length = 37;

        private static readonly AttentionShape Shape = new(1, 1, Length);

        [Fact]
        public void Causal_layer_with_many_features()
        {
            using var machine = new Machine();
            var layer = new ManyFeatures(1);
            using var gpu = new ManyFeatures.Gpu(layer, machine.Accelerator);
            var (query, key, value) = Draw(ManyFeatures.HeadDim, ManyFeatures.ValueDim);
            var (expected, actual) = (new float[value.Length], new float[value.Length]);
            layer.Forward(query, key, value, expected, Shape);
            gpu.Forward(query, key, value, actual, Shape);
            Compare.Close(Array.ConvertAll(expected, x => (double)x), actual, 1e-5);
            CheckGradients(layer, gpu.Backward, query, key, value);
        }

        [Fact]
        public void Exact_layer_with_a_large_head()
        {
            using var machine = new Machine();
            var layer = new LargeHead();
            using var gpu = new LargeHead.Gpu(layer, machine.Accelerator);
            var (query, key, value) = Draw(LargeHead.HeadDim, LargeHead.ValueDim);
            var (expected, actual) = (new float[value.Length], new float[value.Length]);
            layer.Forward(query, key, value, expected, Shape);
            gpu.Forward(query, key, value, actual, Shape);
            Compare.Close(Array.ConvertAll(expected, x => (double)x), actual, 1e-5);
            CheckGradients(layer, gpu.Backward, query, key, value);

            // It has no state: all but one number is scratch memory of the groups.
            Assert.InRange(gpu.ScratchBytes(Shape), 1024, long.MaxValue);
            Assert.InRange(gpu.ScratchBytes(new AttentionShape(1, 1, 1 << 20)), 1024, 1 << 24);
        }

        private delegate void Backward(
            in ReadOnlyTensorView query, in ReadOnlyTensorView key, in ReadOnlyTensorView value, in ReadOnlyTensorView outputGradient,
            in TensorView queryGradient, in TensorView keyGradient, in TensorView valueGradient, AttentionShape shape,
            ReadOnlySpan<int> keyLengths, ReadOnlySpan<int> queryLengths, bool accumulate);

        private static void CheckGradients(IAttention layer, Backward backward, float[] query, float[] key, float[] value)
        {
            var upstream = Inputs.Normal(new Random(2), value.Length, 1);
            var (output, context) = (new float[value.Length], new BackwardContext());
            float[][] expected = [new float[query.Length], new float[key.Length], new float[value.Length]];
            float[][] actual = [new float[query.Length], new float[key.Length], new float[value.Length]];
            layer.Forward(query, key, value, output, Shape, new() { Context = context });
            layer.Backward(query, key, value, output, context, upstream, expected[0], expected[1], expected[2], Shape);
            backward(query, key, value, upstream, actual[0], actual[1], actual[2], Shape, default, default, false);
            foreach (var (e, a) in expected.Zip(actual))
            {
                Compare.Close(Array.ConvertAll(e, x => (double)x), a, 1e-4);
            }
        }

        private static (float[] Query, float[] Key, float[] Value) Draw(int headDim, int valueDim)
        {
            var random = new Random(1);
            return (
                Inputs.Normal(random, Length * headDim, 0.5f), Inputs.Normal(random, Length * headDim, 0.5f),
                Inputs.Normal(random, Length * valueDim, 1));
        }
    }
}

// A namespace of their own: they are too slow for the tests of every layer.
namespace KernelGen.Gpu.Tests.Behaviour.Large
{
    [FavorAttention(HeadDim = 20, ValueDim = 9, Features = 2050, Causal = true)]
    public sealed partial class ManyFeatures;

    [SoftmaxAttention(HeadDim = 1024, ValueDim = 1024, Causal = true)]
    public sealed partial class LargeHead;
}
