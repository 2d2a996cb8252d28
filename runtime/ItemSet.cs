namespace KernelGen;

/// <summary>
/// A set of items, each a key and a value, held as the state of a layer's random features: queries against all of them cost the same
/// whatever their number, and items are added without touching those that are there. What a recommender scores its catalogue with, or a
/// pointer network its candidates.
/// </summary>
/// <remarks>
/// <para>
/// The state is c, z = Σ φ(k) and S = Σ φ(k)vᵀ as in generator/Families/README.md, m·(dv + 2) numbers. It has two levels: new items join an
/// open block, which joins the rest once it holds <see cref="BlockItems"/>, so that sums of many items do not drift. Adding items one by
/// one, in any portions, or by joining two sets therefore gives the same up to rounding.
/// </para>
/// <para>
/// Made by <see cref="IItemSetAttention.CreateItemSet"/>; it keeps the projections that were in force then. Any number of threads may
/// query it at once; a call that adds items must be alone, and one that finds another running throws
/// <see cref="InvalidOperationException"/>.
/// </para>
/// </remarks>
public abstract class ItemSet
{
    /// <summary>Items of the open block.</summary>
    public const int BlockItems = 64;

    private protected ItemSet(FeatureMap featureMap, Projection projection)
    {
        FeatureMap = featureMap;
        Projection = projection;
    }

    /// <summary>φ.</summary>
    public FeatureMap FeatureMap { get; }

    /// <summary>W.</summary>
    public Projection Projection { get; }

    /// <summary>The items so far.</summary>
    public long Count { get; private protected set; }

    /// <summary>Adds items.</summary>
    /// <param name="keys">[items, head dim].</param>
    /// <param name="values">[items, value dim].</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <remarks>Cost: 2·m·(d + dv) operations an item; allocates nothing.</remarks>
    public abstract void Add(ReadOnlySpan<float> keys, ReadOnlySpan<float> values);

    /// <summary>Adds all items of another set.</summary>
    /// <exception cref="ArgumentException">The other set is of another layer type, or has other projections or another λ.</exception>
    public abstract void Add(ItemSet other);

    /// <summary>A set with the same items, which can grow on its own.</summary>
    public abstract ItemSet Clone();

    /// <summary>Attention of queries over all items.</summary>
    /// <param name="queries">[queries, head dim].</param>
    /// <param name="destination">
    /// Overwritten, [queries, value dim]: the average of the values by the weights φ(q)ᵀφ(k_j), or their sum where the layer does not
    /// normalise; zeros where there are no items.
    /// </param>
    /// <param name="logPartition">
    /// Overwritten, [queries], or empty: log Σ_j φ(q)ᵀφ(k_j), which for softmax maps estimates log Σ_j exp(qᵀk_j/√d); −∞ without items, NaN
    /// where the sum is negative, as only maps with a sign can make it.
    /// </param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <remarks>Cost: 2·m·(d + dv) operations a query, on the calling thread; allocates nothing.</remarks>
    public abstract void Attend(ReadOnlySpan<float> queries, Span<float> destination, Span<float> logPartition = default);

    /// <summary>
    /// The standard errors of what <see cref="Attend"/> gives, as the independent blocks of d orthogonal projections show them; see
    /// <see cref="ErrorBars"/> for how and for the limits.
    /// </summary>
    /// <param name="queries">[queries, head dim].</param>
    /// <param name="standardErrors">Overwritten, [queries, value dim], in the unit of the values.</param>
    /// <param name="logPartitionErrors">Overwritten, [queries], or empty: those of the log partition.</param>
    /// <exception cref="ArgumentException">A length does not fit, or the projections are fewer than 3 blocks.</exception>
    /// <remarks>Computed in double. Cost: m·(d + dv) operations a query for each block.</remarks>
    public abstract void StandardErrors(ReadOnlySpan<float> queries, Span<float> standardErrors, Span<float> logPartitionErrors = default);
}
