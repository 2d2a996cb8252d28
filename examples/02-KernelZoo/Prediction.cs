namespace KernelGen.Examples.KernelZoo;

/// <summary>What the analysis says of one softmax map before any layer runs.</summary>
/// <param name="Specimen">The layer with the map.</param>
/// <param name="Estimate">The error over draws of its own, in double.</param>
/// <param name="Bound">The error in closed form, to first order.</param>
internal sealed record Prediction(Specimen Specimen, MapError Estimate, DeltaBound Bound);
