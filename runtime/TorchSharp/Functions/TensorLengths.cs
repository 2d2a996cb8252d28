namespace KernelGen.TorchSharp;

/// <summary>How many tokens of each sequence of a call count, and where packed sequences begin.</summary>
/// <param name="Keys">Keys; empty: all.</param>
/// <param name="Queries">Queries; empty: all.</param>
/// <param name="Offsets">Where packed sequences begin; empty: none are packed.</param>
/// <param name="KeyOffsets">Likewise for keys; empty: where the queries do.</param>
internal readonly record struct TensorLengths(int[] Keys, int[] Queries, int[] Offsets, int[] KeyOffsets);
