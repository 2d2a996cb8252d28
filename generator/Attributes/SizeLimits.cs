namespace KernelGen.Generator.Attributes;

/// <summary>The limits that the attributes document and that all families share.</summary>
internal static class SizeLimits
{
    /// <summary>The highest d and dv.</summary>
    public const int MaxHeadDim = 1024;
}
