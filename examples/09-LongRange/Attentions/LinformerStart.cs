namespace KernelGen.Examples.LongRange;

/// <summary>First values of Linformer's matrices, [max length, mixtures].</summary>
internal static class LinformerStart
{
    /// <summary>Each mixture is the mean of a stretch of neighbours.</summary>
    public static Func<ulong, float[]> Pooling { get; } = _ => LengthProjection.Pooling(ModelSizes.MaxLength, Linformer.Mixtures);

    /// <summary>Each mixture is of all tokens, by normal numbers.</summary>
    public static Func<ulong, float[]> Random { get; } =
        seed => LengthProjection.Random(ModelSizes.MaxLength, Linformer.Mixtures, seed);
}
