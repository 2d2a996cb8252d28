using KernelGen.Tests.Behaviour.AtTheLimits;
using Xunit;

namespace KernelGen.Tests.Behaviour
{
    /// <summary>The largest sizes that an attribute takes compute the formula too.</summary>
    public class LimitTests
    {
        [Fact]
        public void Largest_causal_layer() => Check(Layer.Of<LargestCausal>());

        [Fact]
        public void Largest_hyperbolic_layer() => Check(Layer.Of<LargestHyperbolic>());

        [Fact]
        public void Largest_exact_layer() => Check(Layer.Of<LargestExact>());

        private static void Check(Layer layer)
        {
            const int length = 50;
            var weights = Inputs.Normal(new Random(1), layer.ProjectionRows * layer.HeadDim, 1);
            var attention = layer.Kernel is null
                ? layer.Create().Attention
                : layer.Create(Projection.FromWeights(weights, layer.ProjectionRows, layer.HeadDim));
            var inputs = new Inputs(layer, length, length, seed: 2, scale: 0.5f);
            Compare.Close(inputs.Naive(weights).Output, inputs.Forward(attention), inputs.Tolerance(weights));
        }
    }
}

// A namespace of their own: the tests that run every layer would take minutes on these.
namespace KernelGen.Tests.Behaviour.AtTheLimits
{
    [FavorAttention(HeadDim = 1024, ValueDim = 1023, Features = 4096, Causal = true)]
    public sealed partial class LargestCausal;

    [FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 1023, ValueDim = 1024, Features = 4094)]
    public sealed partial class LargestHyperbolic;

    [SoftmaxAttention(HeadDim = 1024, ValueDim = 1024, Causal = true)]
    public sealed partial class LargestExact;
}
