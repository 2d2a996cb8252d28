using System.ComponentModel;
using KernelGen.Formulas;

namespace KernelGen.CompilerServices;

/// <summary>
/// Brings projections into the order and scale in which the kernels of a layer read them. Called once a layer and redraw.
/// </summary>
/// <remarks>
/// Each number is multiplied by what the program scales with and then by a hyperparameter of the layer, in this order, so that both are
/// rounded as one would expect.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ProjectionPacking
{
    /// <summary>W, [rows, columns], or transposed, so that the features of a token lie side by side.</summary>
    /// <param name="projection">Given wherever a program has projections.</param>
    /// <param name="packed">Written to from its start; what lies between rows stays as it is.</param>
    /// <param name="stride">Numbers from one row of what is packed to the next.</param>
    /// <param name="isTransposed">Whether projections become columns.</param>
    /// <param name="scale">What each number is multiplied by.</param>
    /// <param name="factor">And then by this.</param>
    public static void Matrix(Projection? projection, Span<float> packed, int stride, bool isTransposed, float scale = 1, float factor = 1)
    {
        ArgumentNullException.ThrowIfNull(projection);
        var weights = projection.Weights;
        for (var r = 0; r < projection.Rows; r++)
        {
            for (var c = 0; c < projection.Columns; c++)
            {
                packed[isTransposed ? (c * stride) + r : (r * stride) + c] = weights[(r * projection.Columns) + c] * scale * factor;
            }
        }
    }

    /// <summary>W as a fast transform: the signs [blocks, 3, P], then the length of each row.</summary>
    /// <inheritdoc cref="Matrix"/>
    public static void Transform(Projection? projection, Span<float> packed, float scale = 1, float factor = 1)
    {
        ArgumentNullException.ThrowIfNull(projection);
        projection.Signs.CopyTo(packed);
        var lengths = packed[(int)HadamardBlocks.Signs(projection.Rows, projection.PaddedColumns)..];
        for (var r = 0; r < projection.Rows; r++)
        {
            lengths[r] = projection.Lengths[r] * scale * factor;
        }
    }

    /// <summary>‖ω_r‖² of each projection, summed in double.</summary>
    /// <param name="offset">Added to each in the end.</param>
    /// <inheritdoc cref="Matrix"/>
    public static void SquaredNorms(Projection? projection, Span<float> packed, float scale = 1, float factor = 1, float offset = 0)
    {
        ArgumentNullException.ThrowIfNull(projection);
        for (var r = 0; r < projection.Rows; r++)
        {
            double sum = 0;
            foreach (var x in projection.Weights.Slice(r * projection.Columns, projection.Columns))
            {
                sum += (double)x * x;
            }

            packed[r] = ((float)sum * scale * factor) + offset;
        }
    }
}
