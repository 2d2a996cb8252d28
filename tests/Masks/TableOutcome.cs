namespace KernelGen.Tests.Masks;

/// <summary>What a call of a layer with learned tables gave, forward and backward.</summary>
internal sealed record TableOutcome(float[] Output, float[] ByQuery, float[] ByKey, float[] ByValue, float[][] Tables)
{
    public IEnumerable<float[]> All => [Output, ByQuery, ByKey, ByValue, .. Tables];
}
