namespace KernelGen.Bench.Kernels;

/// <summary>What a call computes.</summary>
public enum Direction
{
    /// <summary>Outputs.</summary>
    Forward,

    /// <summary>Gradients, from the outputs and what a forward pass kept.</summary>
    Backward,

    /// <summary>A forward pass that keeps its result, and the backward pass.</summary>
    Both,
}
