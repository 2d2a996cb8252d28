namespace ILGPU;

/// <summary>What a context was built with.</summary>
public class ContextProperties
{
    private protected ContextProperties()
    {
    }

    // As in ILGPU, O1 unless the builder says more.
    public OptimizationLevel OptimizationLevel { get; protected set; } = OptimizationLevel.Release;
}
