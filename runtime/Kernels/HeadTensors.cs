namespace KernelGen.CompilerServices;

/// <summary>
/// One head of one call, as an emitted kernel sees it: where its tensors start and how far apart its tokens are. The engine has checked
/// every size and holds the memory still; emitted code needs no unsafe context because it only sees references.
/// </summary>
public readonly unsafe struct HeadTensors
{
    private readonly float* _query, _key, _value, _destination, _logSumExp, _parameters;

    internal HeadTensors(
        float* query, float* key, float* value, float* destination, float* logSumExp, float* parameters,
        nint queryStride, nint keyStride, nint valueStride, nint destinationStride, int queryLength, int keyLength)
    {
        _query = query;
        _key = key;
        _value = value;
        _destination = destination;
        _logSumExp = logSumExp;
        _parameters = parameters;
        QueryStride = queryStride;
        KeyStride = keyStride;
        ValueStride = valueStride;
        DestinationStride = destinationStride;
        QueryLength = queryLength;
        KeyLength = keyLength;
    }

    /// <summary>Where the rests of the log-sum-exps start.</summary>
    internal float* LogSumExpRests { private get; init; }

    /// <summary>What gradient kernels read and write besides.</summary>
    internal GradientTensors Gradients { private get; init; }

    /// <summary>Whether no token is in the state yet. The kernel then starts the state itself, whatever is in its memory.</summary>
    public bool StartsEmpty { get; internal init; }

    /// <summary>Whether the state is read once the kernel has gone through its tokens; otherwise it may be left unfinished.</summary>
    public bool KeepsState { get; internal init; }

    /// <summary>
    /// Whether all keys and queries of the head are so few (<see cref="IAttentionKernel.ShortTokens"/>) that one pass over the parameters serves both.
    /// <see cref="StartsEmpty"/> then holds for the whole head, and the state is not made.
    /// </summary>
    public bool IsShort { get; internal init; }

    /// <summary>The first query, [query length, head dim].</summary>
    public ref float Query => ref *_query;

    /// <summary>The first key, [key length, head dim].</summary>
    public ref float Key => ref *_key;

    /// <summary>The first value, [key length, value dim].</summary>
    public ref float Value => ref *_value;

    /// <summary>The first output, [query length, value dim]; a gradient kernel reads it.</summary>
    public ref float Destination => ref *_destination;

    /// <summary>The first log-sum-exp, [query length], contiguous; a null reference where the caller wants none.</summary>
    public ref float LogSumExp => ref *_logSumExp;

    /// <summary>What the first log-sum-exp has lost as a float, in powers of two; a null reference where the
    /// caller has no use for it.</summary>
    public ref float LogSumExpRest => ref *LogSumExpRests;

    /// <summary>The packed parameters of the layer, as the kernel's own <see cref="IAttentionKernel.PackParameters"/> wrote them.</summary>
    public ref float Parameters => ref *_parameters;

    /// <summary>The gradient of the first output, as far apart as the outputs.</summary>
    public ref float OutputGradient => ref *Gradients.Output;

    /// <summary>The gradient of the first query, as far apart as the queries; likewise the next two.</summary>
    public ref float QueryGradient => ref *Gradients.Query;

    /// <summary>The gradient of the first key.</summary>
    public ref float KeyGradient => ref *Gradients.Key;

    /// <summary>The gradient of the first value.</summary>
    public ref float ValueGradient => ref *Gradients.Value;

    /// <summary>1 / normaliser of the first query, [query length], contiguous.</summary>
    public ref float Reciprocal => ref *Gradients.Reciprocal;

    /// <summary>The state that the forward pass left, as <see cref="IAttentionKernel.ExportState"/> wrote it.</summary>
    public ref float KeptState => ref *Gradients.KeptState;

    /// <summary>Whether gradients are added to what is there; otherwise they overwrite it.</summary>
    public bool AddsGradients => Gradients.Adds;

    /// <summary>Floats from one query to the next.</summary>
    public nint QueryStride { get; }

    /// <summary>Floats from one key to the next.</summary>
    public nint KeyStride { get; }

    /// <summary>Floats from one value to the next.</summary>
    public nint ValueStride { get; }

    /// <summary>Floats from one output to the next.</summary>
    public nint DestinationStride { get; }

    /// <summary>Queries of this head, in tokens.</summary>
    public int QueryLength { get; }

    /// <summary>Keys of this head that count, in tokens.</summary>
    public int KeyLength { get; }
}
