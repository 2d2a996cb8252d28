namespace KernelGen.CompilerServices;

/// <summary>Where the tensors of a backward pass start, of a whole call or of one head; all null in a forward pass.</summary>
internal unsafe struct GradientTensors
{
    public float* Output, Query, Key, Value, Reciprocal, KeptState;

    /// <summary>Whether this is a backward pass.</summary>
    public bool IsSet;

    /// <summary>Whether gradients are added to what is there.</summary>
    public bool Adds;
}
