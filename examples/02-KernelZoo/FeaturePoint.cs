namespace KernelGen.Examples.KernelZoo;

/// <summary>The error of one map with one kind of projections and one number of features.</summary>
/// <param name="Map">What tables call the map.</param>
/// <param name="Draw">How projections are drawn.</param>
/// <param name="Features">m.</param>
/// <param name="Error">The mean over draws of the mean squared error of an output's numbers.</param>
/// <param name="StandardError">Of that mean.</param>
/// <param name="FailedRows">The share of rows that had no usable output.</param>
internal sealed record FeaturePoint(string Map, string Draw, int Features, double Error, double StandardError, double FailedRows);
