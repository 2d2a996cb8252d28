namespace KernelGen;

/// <summary>Attention by random features: what a generated FAVOR+ layer offers beyond <see cref="IAttention"/>.</summary>
public interface IRandomFeatureAttention : IAttention
{
    /// <summary>m, the random features.</summary>
    int Features { get; }

    /// <summary>Whether outputs are divided by the sum of their weights.</summary>
    bool Normalize { get; }

    /// <summary>φ, for <see cref="AttentionProbabilities"/>, <see cref="ErrorBars"/> and the rest of the analysis.</summary>
    FeatureMap FeatureMap { get; }

    /// <summary>θ by which the layer rotates queries and keys, by their positions, before it projects them; null: it does not.</summary>
    double? RotaryTheta => null;

    /// <summary>
    /// Whether what the layer has summed up fades from token to token. Its weights are then no function of queries and keys alone, and the
    /// analysis, which would show others, refuses it.
    /// </summary>
    bool Decays => false;

    /// <summary>The random projections ω_r in force, to be saved with a model.</summary>
    Projection Projection { get; }

    /// <summary>
    /// Draws new projections, of the kind that the layer declares. Calls that are running go on with the old ones, and so does what they
    /// filled or made: contexts, decoding states and item sets keep the projections that they started with.
    /// </summary>
    /// <param name="seed">Any number.</param>
    void Redraw(ulong seed);

    /// <summary>Takes other projections, such as those of a saved model; otherwise as the other overload.</summary>
    /// <exception cref="ArgumentException">
    /// The projections have another size, or no structure where the layer declares a fast transform.
    /// </exception>
    void Redraw(Projection projection);
}
