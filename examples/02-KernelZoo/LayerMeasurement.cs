namespace KernelGen.Examples.KernelZoo;

/// <summary>What was measured of one layer.</summary>
/// <param name="Specimen">The layer.</param>
/// <param name="Time">The time of one call.</param>
/// <param name="SoftmaxError">
/// Relative error to exact softmax attention, root of the mean square over the draws; null where the layer is attention of its own.
/// </param>
/// <param name="FormulaError">Relative error to the layer's own formula in double.</param>
internal sealed record LayerMeasurement(Specimen Specimen, TimeSpan Time, double? SoftmaxError, double FormulaError);
