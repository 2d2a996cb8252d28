namespace KernelGen;

/// <summary>Σ_j w_j and Σ_j w_j·v_j of some rows, each relative to e^reference, which rises with what is added.</summary>
internal sealed class RowSums
{
    private readonly int _dim;

    public RowSums(int rows, int dim)
    {
        _dim = dim;
        Reference = new double[rows];
        Denominator = new double[rows];
        Numerator = new double[rows * dim];
        Clear();
    }

    /// <summary>The logarithm of the unit of each row's sums; −∞ where nothing was added.</summary>
    public double[] Reference { get; }

    /// <summary>Σ_j w_j.</summary>
    public double[] Denominator { get; }

    /// <summary>Σ_j w_j·v_j, [rows, dv].</summary>
    public double[] Numerator { get; }

    /// <summary>Adds weights, relative to a reference of theirs, and their values.</summary>
    public void Add(int row, double reference, ReadOnlySpan<double> weights, ReadOnlySpan<double> values)
    {
        var factor = Raise(row, reference);
        Span<double> scaled = stackalloc double[TileWeights.Keys];
        double sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            scaled[i] = weights[i] * factor;
            sum += scaled[i];
        }

        Denominator[row] += sum;
        Products.AddWeighted(scaled[..weights.Length], values, Numerator.AsSpan(row * _dim, _dim));
    }

    /// <summary>Adds a row of other sums, times e^logFactor.</summary>
    public void Add(int row, RowSums other, int otherRow, double logFactor)
    {
        if (double.IsNegativeInfinity(other.Reference[otherRow]))
        {
            return; // nothing was added to it
        }

        var factor = Raise(row, other.Reference[otherRow] + logFactor);
        Denominator[row] += factor * other.Denominator[otherRow];
        Products.AddWeighted([factor], other.Numerator.AsSpan(otherRow * _dim, _dim), Numerator.AsSpan(row * _dim, _dim));
    }

    /// <summary>Back to empty sums.</summary>
    public void Clear()
    {
        Array.Fill(Reference, double.NegativeInfinity);
        Array.Clear(Denominator);
        Array.Clear(Numerator);
    }

    /// <summary>The attention output of a row; zeros where the denominator is exactly 0, as in a layer.</summary>
    public void Output(int row, Span<double> output)
    {
        Numerator.AsSpan(row * _dim, _dim).CopyTo(output);
        Products.Scale(output, Denominator[row] == 0 ? 0 : 1 / Denominator[row]);
    }

    /// <summary>Σ_j w_j·v_j of a row, times e^logFactor.</summary>
    public void Sum(int row, double logFactor, Span<double> output)
    {
        Numerator.AsSpan(row * _dim, _dim).CopyTo(output);
        if (!double.IsNegativeInfinity(Reference[row]))
        {
            Products.Scale(output, Math.Exp(Reference[row] + logFactor));
        }
    }

    // Makes the larger reference the row's and returns the factor of what is added to it.
    private double Raise(int row, double reference)
    {
        var old = Reference[row];
        var top = Math.Max(old, reference); // NaN stays NaN
        if (top != old)
        {
            var rescale = Math.Exp(old - top);
            Denominator[row] *= rescale;
            Products.Scale(Numerator.AsSpan(row * _dim, _dim), rescale);
            Reference[row] = top;
        }

        return Math.Exp(reference - top);
    }
}
