namespace KernelGen.CompilerServices;

/// <summary>Where the tensors of a call start. Whoever makes it holds them still.</summary>
internal unsafe struct CallTensors
{
    public float* Query, Key, Value, Destination, LogSumExp, LogSumExpRest;

    /// <summary>Takes the states of all heads; null where the caller wants none.</summary>
    public float* State;

    /// <summary>Keys of each sequence that count; null: all.</summary>
    public int* KeyLengths;

    public GradientTensors Gradients;

    /// <summary>Floats of the kept state of a head.</summary>
    public int KeptStateLength;
}
