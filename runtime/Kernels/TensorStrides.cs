namespace KernelGen.CompilerServices;

/// <summary>How far apart the parts of a tensor of a call are, in floats. The numbers of a row follow each other.</summary>
/// <param name="Batch">From a sequence to the next.</param>
/// <param name="Head">From a head to the next.</param>
/// <param name="Row">From a token to the next.</param>
public readonly record struct TensorStrides(nint Batch, nint Head, nint Row)
{
    /// <summary>As the layout of the call says, with nothing between.</summary>
    public static TensorStrides Packed => new(-1, -1, -1);

    /// <summary>Whether they are <see cref="Packed"/>.</summary>
    public bool IsPacked => this == Packed;
}
