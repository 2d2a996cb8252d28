using System.Diagnostics.CodeAnalysis;

namespace KernelGen;

/// <summary>
/// The random projections ω_r of a layer, W [rows, columns]: immutable, and to be saved with a model, since another draw is another layer.
/// </summary>
public sealed class Projection
{
    private readonly float[] _weights;

    private Projection(float[] weights, int rows, int columns)
    {
        _weights = weights;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>The projections.</summary>
    public int Rows { get; }

    /// <summary>The numbers of each; the head dimension of the layer.</summary>
    public int Columns { get; }

    /// <summary>W, [rows, columns], row-major, unscaled.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>
    /// Draws projections that are exactly orthogonal to each other within blocks of <paramref name="columns"/> rows, blocks independent, each
    /// row by itself distributed as N(0, 1)^columns. The same seed gives the same bits on every machine, and more rows only add to fewer.
    /// </summary>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="seed">Any number.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">rows × columns is more than an array holds.</exception>
    /// <remarks>
    /// Cost: about 4 · rows · columns² operations. Source: Choromanski et al., "Rethinking Attention with Performers" (2009.14794), section
    /// 2.4; row lengths are independent χ variables, which keeps the estimate of the kernel unbiased.
    /// </remarks>
    public static Projection Orthogonal(int rows, int columns, ulong seed)
    {
        float[] weights = new float[CheckedSize(rows, columns)];
        OrthogonalDraw.Fill(weights, rows, columns, seed);
        return new Projection(weights, rows, columns);
    }

    /// <summary>Takes a copy of given projections, such as those of a saved model.</summary>
    /// <param name="weights">[rows, columns], row-major, finite.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">The length is not rows × columns, or a weight is not finite.</exception>
    public static Projection FromWeights(ReadOnlySpan<float> weights, int rows, int columns)
    {
        int size = CheckedSize(rows, columns);
        if (weights.Length != size)
        {
            throw new ArgumentException($"{rows} × {columns} weights are {size} numbers, but {weights.Length} were given.", nameof(weights));
        }

        for (int i = 0; i < weights.Length; i++)
        {
            if (!float.IsFinite(weights[i]))
            {
                ThrowNotFinite(weights[i], i / columns, i % columns);
            }
        }

        return new Projection(weights.ToArray(), rows, columns);
    }

    private static int CheckedSize(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        long size = (long)rows * columns;
        return size <= Array.MaxLength
            ? (int)size
            : throw new ArgumentException($"{rows} × {columns} weights are {size} numbers; an array holds {Array.MaxLength}.", nameof(rows));
    }

    [DoesNotReturn]
    private static void ThrowNotFinite(float weight, int row, int column) => throw new ArgumentException(
        FormattableString.Invariant($"The weight in row {row}, column {column} is {weight}; weights must be finite."), "weights");
}
