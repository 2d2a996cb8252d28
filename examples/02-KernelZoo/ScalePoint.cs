namespace KernelGen.Examples.KernelZoo;

/// <summary>Errors at one size of queries and keys.</summary>
/// <param name="MeanSquaredZ">‖z‖² of a query and a key on average.</param>
/// <param name="AverageError">The relative error of plain averaging.</param>
/// <param name="Maps">The softmax maps and their errors, in the order of the table.</param>
internal sealed record ScalePoint(double MeanSquaredZ, double AverageError, IReadOnlyList<(string Name, MapError Error)> Maps);
