namespace KernelGen.TorchSharp;

/// <summary>How many tokens of each sequence of a call count.</summary>
/// <param name="Keys">Keys; empty: all.</param>
/// <param name="Queries">Queries; empty: all.</param>
internal readonly record struct TensorLengths(int[] Keys, int[] Queries);
