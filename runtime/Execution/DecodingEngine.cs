namespace KernelGen.CompilerServices;

/// <summary>The engine of a kernel that can decode.</summary>
/// <remarks>Calls keep their working memory in objects that are reused, as those of whole sequences do.</remarks>
internal sealed class DecodingEngine<TKernel> : AttentionEngine<TKernel>
    where TKernel : struct, IDecodingKernel
{
    internal DecodingEngine(Projection? projection, ReadOnlySpan<float> hyperparameters, GradientPass[] gradientPasses)
        : base(projection, hyperparameters, gradientPasses)
    {
    }

    public CallPool<DecodingCall<TKernel>> Calls { get; } = new();

    public override DecodingState CreateDecodingState(string declaration, int streams, int? heads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(streams, 1);
        heads ??= TKernel.Limits.OnlyHeads;
        if (TKernel.Limits.OnlyHeads is { } only && heads != only)
        {
            throw new ArgumentOutOfRangeException(
                nameof(heads), $"There are {heads} heads of each sequence, but this attention is declared for {only} query heads.");
        }

        if ((heads ?? streams) > TKernel.Limits.MostHeads)
        {
            throw new ArgumentOutOfRangeException(
                nameof(heads), $"There are {heads ?? streams} heads of each sequence, but the mask or score of this attention can tell at most {TKernel.Limits.MostHeads} apart.");
        }

        if (heads is < 1 || streams % (heads ?? 1) != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(heads), $"There are {heads} heads of each sequence, but they must be 1 to {streams} streams and divide them.");
        }

        return DecodingState<TKernel>.Create(this, declaration, Packed, streams, heads ?? streams);
    }

    public override DecodingState LoadDecodingState(string declaration, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return DecodingState<TKernel>.Load(this, declaration, Packed, stream);
    }
}
