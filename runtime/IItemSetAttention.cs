namespace KernelGen;

/// <summary>
/// Attention by random features in which every query sees all keys, so that keys can be items of a set that comes and goes.
/// </summary>
public interface IItemSetAttention : IRandomFeatureAttention
{
    /// <summary>An empty set of items to be queried with the features of this layer.</summary>
    ItemSet CreateItemSet();
}
