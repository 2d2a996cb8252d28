namespace KernelGen;

/// <summary>What a backward call may be told, by name.</summary>
public readonly struct BackwardOptions
{
    /// <summary>
    /// Whether gradients are added to what is there, as where a tensor is used more than once; otherwise they overwrite it.
    /// </summary>
    public bool Accumulate { get; init; }

    /// <summary>The gradients that nobody wants: their tensors are empty.</summary>
    public AttentionGradients Unwanted { get; init; }
}

/// <summary>Gradients of a loss by the inputs of a layer.</summary>
[Flags]
public enum AttentionGradients
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>∂loss/∂query.</summary>
    Query = 1,

    /// <summary>∂loss/∂key.</summary>
    Key = 2,

    /// <summary>∂loss/∂value.</summary>
    Value = 4,
}
