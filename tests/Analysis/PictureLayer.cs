namespace KernelGen.Tests.Analysis;

/// <summary>A layer that draws what it attends to.</summary>
[FavorAttention(HeadDim = 16, Features = 48, Causal = true)]
internal sealed partial class PictureLayer;
