namespace KernelGen.Examples.LongProteins;

/// <summary>What was measured with one number of features, bidirectional.</summary>
/// <param name="Features">m.</param>
/// <param name="Length">Tokens.</param>
/// <param name="Draws">Draws of the random features that the error is averaged over.</param>
/// <param name="Time">The time of one call.</param>
/// <param name="Error">Relative error to exact attention, root of the mean square over the draws.</param>
internal sealed record FeatureMeasurement(int Features, int Length, int Draws, TimeSpan Time, double Error);
