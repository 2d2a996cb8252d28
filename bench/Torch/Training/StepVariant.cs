namespace KernelGen.Bench.Torch.Training;

/// <summary>What a model has between its tokens.</summary>
internal enum StepVariant
{
    /// <summary>Nothing: the projections of attention alone.</summary>
    None,

    /// <summary>libtorch's fused attention.</summary>
    Torch,

    /// <summary>KernelGen's exact attention.</summary>
    Exact,

    /// <summary>KernelGen's FAVOR+ with softmax features.</summary>
    Softmax,

    /// <summary>KernelGen's FAVOR+ with the ReLU kernel.</summary>
    Relu,
}
