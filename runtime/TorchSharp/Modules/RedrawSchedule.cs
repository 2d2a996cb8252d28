namespace KernelGen.TorchSharp;

/// <summary>When a module in training draws new random projections, and which.</summary>
/// <remarks>
/// A model that is trained on one draw fits that draw's errors; the Performer's authors redraw while training ("Rethinking Attention with
/// Performers", 2009.14794, section 4.2). Draws are a function of the seed and the number of optimiser steps alone, both of which are saved
/// in the module's state.
/// </remarks>
public sealed record RedrawSchedule
{
    /// <param name="every">The optimiser steps from one draw to the next, at least 1.</param>
    /// <param name="seed">Determines all draws. Give each module its own, or they all draw the same.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer steps than 1.</exception>
    public RedrawSchedule(int every, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        (Every, Seed) = (every, seed);
    }

    /// <summary>The optimiser steps from one draw to the next.</summary>
    public int Every { get; }

    /// <summary>Determines all draws.</summary>
    public ulong Seed { get; }

    /// <summary>The seed of a draw. Draws of neighbouring seeds, and neighbouring draws of a seed, have nothing in common.</summary>
    internal static ulong SeedOf(ulong seed, long draw) => Mix(Mix(seed) + (ulong)draw);

    // SplitMix64: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
