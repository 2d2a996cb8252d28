namespace KernelGen;

/// <summary>The error of attention with one feature map, as <see cref="AttentionError.Measure"/> found it.</summary>
public sealed class MapError
{
    // Above this the output is no longer linear in the errors of its weights, and the error stops falling as 1/√m.
    private const double LargestLawful = 0.5;

    internal MapError(FeatureMap map, int features, double[] drawErrors, double averageError, long failedRows, long rows)
    {
        Map = map;
        Features = features;
        DrawErrors = drawErrors;
        AverageError = averageError;
        FailedRows = failedRows;
        Rows = rows;

        var count = 0;
        double sum = 0;
        foreach (var error in drawErrors)
        {
            if (!double.IsNaN(error))
            {
                sum += error * error;
                count++;
            }
        }

        var mean = sum / count;
        double variance = 0;
        foreach (var error in drawErrors)
        {
            if (!double.IsNaN(error))
            {
                variance += (error * error - mean) * (error * error - mean);
            }
        }

        RelativeError = Math.Sqrt(mean);

        // The mean of squares has variance s²/R; its root has that divided by (2·root)².
        StandardError = RelativeError == 0 ? 0 : Math.Sqrt(variance / (count - 1) / count) / (2 * RelativeError);
    }

    /// <summary>φ.</summary>
    public FeatureMap Map { get; }

    /// <summary>m.</summary>
    public int Features { get; }

    /// <summary>
    /// ‖o − o*‖/‖o*‖ over all measured rows, as the root mean square over the draws; a ratio, 0.05 is 5 %. NaN where no row of any draw has
    /// an output, or where all o* are 0.
    /// </summary>
    public double RelativeError { get; }

    /// <summary>The standard error of <see cref="RelativeError"/>, from its scatter over the draws.</summary>
    public double StandardError { get; }

    /// <summary>The same ratio of each draw; NaN where every row of the draw failed.</summary>
    public IReadOnlyList<double> DrawErrors { get; }

    /// <summary>
    /// The same ratio for plain averaging, which gives each query the mean of the values that it sees: what there is to get right.
    /// </summary>
    public double AverageError { get; }

    /// <summary>
    /// Rows without a usable output, over all draws: a normaliser of 0 or below, which trigonometric features and signed functions can
    /// have, or an output that is not finite. They are not part of the errors.
    /// </summary>
    public long FailedRows { get; }

    /// <summary>Rows measured, failed ones among them: sampled rows that see a key × draws.</summary>
    public long Rows { get; }

    /// <summary>
    /// The features that a wanted error takes, extrapolated from the measured error by error ∝ 1/√m and rounded up to what the map allows.
    /// </summary>
    /// <param name="error">The wanted ratio, above 0.</param>
    /// <returns>
    /// Null where the law cannot be trusted: the measured or the wanted error is above 0.5, the measured one is no better than averaging,
    /// rows failed, or the map does not estimate softmax, so that its error tends to a limit instead of 0. Measure with more features then.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0.</exception>
    /// <remarks>Its relative uncertainty is 2 · <see cref="StandardError"/>/<see cref="RelativeError"/>.</remarks>
    public long? FeaturesNeeded(double error)
    {
        if (!(error > 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(error), error, FormattableString.Invariant($"error is {error}, but must be above 0."));
        }

        var lawful = Map.EstimatesSoftmax && FailedRows == 0
            && error <= LargestLawful && RelativeError <= LargestLawful && RelativeError < AverageError;
        return lawful ? Extrapolate(Features, RelativeError / error, Map.Branches) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{Map.Name}, {Features} features: {RelativeError:P2} ± {StandardError:P2} (averaging {AverageError:P2}, {FailedRows} of {Rows} rows failed)");

    /// <summary>features · ratio², rounded up to a multiple; null where that exceeds 64 bits.</summary>
    internal static long? Extrapolate(int features, double ratio, int multiple)
    {
        var groups = Math.Max(1, Math.Ceiling(features * ratio * ratio / multiple));
        return groups < long.MaxValue / multiple ? (long)groups * multiple : null;
    }
}
