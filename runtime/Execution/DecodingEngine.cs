namespace KernelGen.CompilerServices;

/// <summary>The engine of a kernel that can decode.</summary>
/// <remarks>Calls keep their working memory in objects that are reused, as those of whole sequences do.</remarks>
internal sealed class DecodingEngine<TKernel> : AttentionEngine<TKernel>
    where TKernel : struct, IDecodingKernel
{
    private readonly Lock _lock = new();
    private readonly Stack<DecodingCall<TKernel>> _idleCalls = new();

    internal DecodingEngine(Projection? projection, ReadOnlySpan<float> hyperparameters)
        : base(projection, hyperparameters)
    {
    }

    public override DecodingState CreateDecodingState(string declaration, int streams)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(streams, 1);
        PackedProjection packed = Packed;
        return new DecodingState<TKernel>(this, declaration, packed.Source, packed.Parameters, streams, position: 0);
    }

    public override DecodingState LoadDecodingState(string declaration, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        PackedProjection packed = Packed;
        return DecodingState<TKernel>.Load(this, declaration, packed.Source, packed.Parameters, stream);
    }

    public DecodingCall<TKernel> Rent()
    {
        lock (_lock)
        {
            if (_idleCalls.TryPop(out DecodingCall<TKernel>? call))
            {
                return call;
            }
        }

        return new DecodingCall<TKernel>();
    }

    public void Return(DecodingCall<TKernel> call)
    {
        lock (_lock)
        {
            _idleCalls.Push(call);
        }
    }
}
