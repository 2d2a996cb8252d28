namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Which batch of a run: all that is needed to go on with it.</summary>
/// <param name="Epoch">The pass over the data, from 0 on.</param>
/// <param name="Position">The batch of the pass, from 0 on.</param>
internal readonly record struct BatchPlace(int Epoch, int Position);
