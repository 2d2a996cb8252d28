namespace KernelGen.Examples.PretrainedTransfer;

/// <summary>What a model has between its tokens.</summary>
internal enum ModelAttention
{
    /// <summary>Exact softmax attention, which the weights are trained with.</summary>
    Exact,

    /// <summary>FAVOR+, 128 positive features.</summary>
    Softmax128,

    /// <summary>FAVOR+, 512 positive features.</summary>
    Softmax512,

    /// <summary>FAVOR+, 128 hyperbolic features.</summary>
    Hyperbolic128,

    /// <summary>FAVOR+, 128 optimal positive features with a λ for each layer.</summary>
    Oprf128,
}
