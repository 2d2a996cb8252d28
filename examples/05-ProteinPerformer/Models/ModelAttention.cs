namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What a model has between its tokens.</summary>
internal enum ModelAttention
{
    /// <summary>Exact softmax attention.</summary>
    Exact,

    /// <summary>FAVOR+ with the ReLU kernel, 128 features.</summary>
    Relu128,

    /// <summary>FAVOR+ with softmax features, 64 of them, redrawn.</summary>
    Softmax64,

    /// <summary>FAVOR+ with softmax features, 256 of them, redrawn.</summary>
    Softmax256,
}
