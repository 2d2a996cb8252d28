namespace KernelGen;

/// <summary>Other ways to say what layers take.</summary>
public static class AttentionExtensions
{
    /// <summary>As <see cref="IRandomFeatureAttention.Redraw(ulong)"/>; the constructor of a layer takes such a seed too.</summary>
    /// <param name="attention">The layer.</param>
    /// <param name="seed">Any number.</param>
    public static void Redraw(this IRandomFeatureAttention attention, int seed)
    {
        ArgumentNullException.ThrowIfNull(attention);
        attention.Redraw(unchecked((ulong)seed));
    }
}
