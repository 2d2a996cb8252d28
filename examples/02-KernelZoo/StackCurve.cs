namespace KernelGen.Examples.KernelZoo;

/// <summary>How the error of a hidden state grows with the layers below it.</summary>
/// <param name="Name">The attention in all layers.</param>
/// <param name="Errors">
/// Relative error to the stack with exact attention after layer 1, 2, …: root of the mean square over draws, and its standard error.
/// </param>
internal sealed record StackCurve(string Name, IReadOnlyList<(double Error, double StandardError)> Errors);
