namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// A counting model: P(x | neighbours) ∝ P(x) · Π P(neighbour at offset o | x)^w, as if the neighbours of a residue were independent of
/// each other given the residue. They are not: many of them say the same thing, so that each counts for less, w &lt; 1, the more of them
/// there are. The separator is a neighbour too, and none is looked at beyond it; of a [MASK] nothing is known, so it is left out.
/// </summary>
internal sealed class NaiveBayes : Baseline
{
    private const int Residues = Tokens.AminoAcids;

    // The amino acids and the separator.
    private const int Neighbours = Tokens.AminoAcids + 1;

    private readonly int _reach;
    private readonly double _weight;
    private readonly bool _bothSides;
    private readonly double[] _logPrior;

    // w · ln P(neighbour | x), [side (before, after), distance − 1, neighbour, x].
    private readonly double[] _logLikelihood;

    /// <summary>Counts neighbours in proteins.</summary>
    /// <param name="proteins">The residues of each training protein.</param>
    /// <param name="reach">The largest distance of a neighbour.</param>
    /// <param name="weight">w; 1 is naive Bayes as it stands in books.</param>
    /// <param name="bothSides">Whether residues after a place are its neighbours too, as in the masked task.</param>
    public NaiveBayes(IReadOnlyList<byte[]> proteins, int reach, double weight, bool bothSides)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(reach, 1);
        _reach = reach;
        _weight = weight;
        _bothSides = bothSides;
        _logPrior = [.. new ResidueFrequencies(proteins).Frequencies.Select(share => Math.Log(share))];
        _logLikelihood = new double[2 * reach * Neighbours * Residues];

        // One more of each pair: no probability is 0, and what is rare stays near the mean.
        Array.Fill(_logLikelihood, 1);
        foreach (var residues in proteins)
        {
            for (var t = 0; t < residues.Length; t++)
            {
                for (var distance = 1; distance <= reach; distance++)
                {
                    if (t - distance >= -1)
                    {
                        _logLikelihood[Index(0, distance, t == distance - 1 ? Tokens.Separator : residues[t - distance]) + residues[t]]++;
                    }

                    if (t + distance <= residues.Length)
                    {
                        _logLikelihood[
                            Index(1, distance, t + distance == residues.Length ? Tokens.Separator : residues[t + distance])
                            + residues[t]]++;
                    }
                }
            }
        }

        // Counts to w · ln P(neighbour | x): each column (side, distance, ·, x) sums to 1.
        for (var side = 0; side < 2; side++)
        {
            for (var distance = 1; distance <= reach; distance++)
            {
                for (var x = 0; x < Residues; x++)
                {
                    double sum = 0;
                    for (var neighbour = 0; neighbour < Neighbours; neighbour++)
                    {
                        sum += _logLikelihood[Index(side, distance, neighbour) + x];
                    }

                    for (var neighbour = 0; neighbour < Neighbours; neighbour++)
                    {
                        ref var entry = ref _logLikelihood[Index(side, distance, neighbour) + x];
                        entry = weight * Math.Log(entry / sum);
                    }
                }
            }
        }
    }

    /// <summary>The largest distance of a neighbour.</summary>
    public int Reach => _reach;

    /// <summary>w.</summary>
    public double Weight => _weight;

    /// <inheritdoc/>
    public override string Name => FormattableString.Invariant($"naive Bayes, {(_bothSides ? "±" : "")}{_reach}");

    /// <inheritdoc/>
    public override void Predict(ReadOnlySpan<long> inputs, ReadOnlySpan<int> places, Span<double> probabilities)
    {
        for (var i = 0; i < places.Length; i++)
        {
            var p = probabilities.Slice(i * Residues, Residues);
            _logPrior.CopyTo(p);
            AddSide(inputs, places[i], side: 0, step: -1, p);
            if (_bothSides)
            {
                AddSide(inputs, places[i], side: 1, step: 1, p);
            }

            var largest = double.NegativeInfinity;
            foreach (var logarithm in p)
            {
                largest = Math.Max(largest, logarithm);
            }

            double sum = 0;
            foreach (ref var entry in p)
            {
                entry = Math.Exp(entry - largest);
                sum += entry;
            }

            foreach (ref var entry in p)
            {
                entry /= sum;
            }
        }
    }

    private void AddSide(ReadOnlySpan<long> inputs, int place, int side, int step, Span<double> logarithms)
    {
        for (var distance = 1; distance <= _reach; distance++)
        {
            var t = place + step * distance;
            if (t < 0 || t >= inputs.Length)
            {
                return;
            }

            var neighbour = inputs[t];
            if (neighbour == Tokens.Mask)
            {
                continue;
            }

            ReadOnlySpan<double> likelihood = _logLikelihood.AsSpan(Index(side, distance, (int)neighbour), Residues);
            for (var x = 0; x < Residues; x++)
            {
                logarithms[x] += likelihood[x];
            }

            if (neighbour == Tokens.Separator)
            {
                return;
            }
        }
    }

    private int Index(int side, int distance, int neighbour) => ((side * _reach + distance - 1) * Neighbours + neighbour) * Residues;
}
