using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// What a part of a reversible block computes with beside input and parameters: random numbers, and the projections of its attention.
/// </summary>
internal readonly struct PartState
{
    private readonly byte[] _random;
    private readonly (KernelAttention Module, Projection? Projection)[] _projections;

    private PartState(byte[] random, (KernelAttention Module, Projection? Projection)[] projections) =>
        (_random, _projections) = (random, projections);

    /// <summary>As it is now.</summary>
    public static PartState Of(nn.Module part) =>
        new(Random(), [.. part.AttentionModules().Select(module => (module, module.Projection))]);

    /// <summary>The state of torch's generator of random numbers.</summary>
    public static byte[] Random()
    {
        using var state = random.get_rng_state();
        return state.bytes.ToArray();
    }

    /// <summary>Takes a state of torch's generator of random numbers.</summary>
    public static void SetRandom(byte[] state)
    {
        using var bytes = tensor(state, ScalarType.Byte);
        random.set_rng_state(bytes);
    }

    /// <summary>Brings it back; the projections until what is returned is disposed of.</summary>
    public IDisposable Restore()
    {
        SetRandom(_random);
        return new Pins([.. _projections.Select(attention => attention.Module.Pin(attention.Projection))]);
    }

    private sealed class Pins(IDisposable?[] pins) : IDisposable
    {
        public void Dispose()
        {
            foreach (var pin in pins)
            {
                pin?.Dispose();
            }
        }
    }
}
