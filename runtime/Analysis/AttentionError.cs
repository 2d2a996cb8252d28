using KernelGen.CompilerServices;

namespace KernelGen;

/// <summary>
/// How far attention by random features is from exact softmax attention on given data: measured, by drawing the projections many times.
/// </summary>
public sealed class AttentionError
{
    private AttentionError(MapError[] maps, int features, int draws, double averageError)
    {
        Maps = maps;
        Features = features;
        Draws = draws;
        AverageError = averageError;
    }

    /// <summary>The errors of each map, in the order of the options.</summary>
    public IReadOnlyList<MapError> Maps { get; }

    /// <summary>m.</summary>
    public int Features { get; }

    /// <summary>R.</summary>
    public int Draws { get; }

    /// <summary>‖o − o*‖/‖o*‖ of plain averaging on the same rows.</summary>
    public double AverageError { get; }

    /// <summary>Measures on a sample of queries, keys and values.</summary>
    /// <param name="query">[batch, heads, query length, head dim] or the other layout of <paramref name="shape"/>.</param>
    /// <param name="key">[batch, heads, key length, head dim].</param>
    /// <param name="value">[batch, heads, key length, value dim].</param>
    /// <param name="shape">The sizes; head dim and value dim follow from them.</param>
    /// <param name="causal">Whether query i sees only keys j ≤ i.</param>
    /// <param name="features">m; a multiple of the <see cref="FeatureMap.Branches"/> of every map.</param>
    /// <param name="options">What to compare and how; null: the defaults.</param>
    /// <param name="keyLengths">For each sequence how many keys count; empty: all. Keys past that are never read.</param>
    /// <exception cref="ArgumentException">
    /// A length does not fit the shape, the shape is impossible or holds no token, or m does not fit a map.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is below its least value.</exception>
    /// <remarks>
    /// <para>
    /// Everything is computed in double. Multiply-adds for each head, with n ≤ 64 sampled rows and L keys: R · maps · L · m · (d + n) +
    /// R · maps · L · n · dv, and about R · maps · L · m · (1 + n/64) exponentials. For 8 heads of 64, L = 4,096, m = 256, four maps and 16
    /// draws that is 7 · 10¹⁰ multiply-adds, some ten seconds on two cores. The sample may be smaller than the data to come, but its
    /// queries and keys must have their norms. Memory: twice the inputs, and for each thread O((n + 64) · m).
    /// </para>
    /// <para>All maps and draws of one call see the same rows. A result does not depend on the number of threads.</para>
    /// </remarks>
    public static AttentionError Measure(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, AttentionShape shape, bool causal, int features,
        AttentionErrorOptions? options = null, ReadOnlySpan<int> keyLengths = default)
    {
        options ??= new AttentionErrorOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Draws, 16, nameof(options.Draws));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.DegreeOfParallelism, 1, nameof(options.DegreeOfParallelism));
        var heads = Samples(query, key, value, shape, causal, options.RowsPerHead, keyLengths);
        FeatureMap[] maps = options.Maps is { Count: > 0 }
            ? [.. options.Maps]
            : [FeatureMap.Positive, FeatureMap.Hyperbolic, Calibrated(query, key, shape, keyLengths), FeatureMap.Trigonometric];
        var dim = heads[0].Dim;
        CheckDraws(heads.Length, maps.Length, features, dim, options.Draws);
        var projections = Draw(maps, features, dim, options);

        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.DegreeOfParallelism };
        var references = new Reference[heads.Length];
        Parallel.For(0, heads.Length, parallel, head => references[head] = new Reference(heads[head]));

        // Every unit writes places of its own, which are summed in one order.
        var deviations = new Deviation[heads.Length * options.Draws * maps.Length];
        Parallel.For(0, heads.Length * options.Draws, parallel, unit =>
        {
            var (head, draw) = (unit / options.Draws, unit % options.Draws);
            for (var map = 0; map < maps.Length; map++)
            {
                var w = projections[draw][map];
                ProjectedFeatures projected = new(maps[map], w.Weights, w.Rows, w.Columns);
                var sums = heads[head].Sum(new FeatureWeights(projected, heads[head].Rows.Scaled, heads[head].Rows.Count));
                deviations[unit * maps.Length + map] = references[head].Compare(sums, heads[head].Rows);
            }
        });

        Deviation average = default;
        foreach (var reference in references)
        {
            average.Add(reference.OfAveraging);
        }

        var errors = new MapError[maps.Length];
        for (var map = 0; map < maps.Length; map++)
        {
            var drawErrors = new double[options.Draws];
            long failed = 0;
            for (var draw = 0; draw < options.Draws; draw++)
            {
                Deviation total = default;
                for (var head = 0; head < heads.Length; head++)
                {
                    total.Add(deviations[(head * options.Draws + draw) * maps.Length + map]);
                }

                drawErrors[draw] = total.Relative;
                failed += total.FailedRows;
            }

            errors[map] = new MapError(maps[map], features, drawErrors, average.Relative, failed, average.Rows * options.Draws);
        }

        return new AttentionError(errors, features, options.Draws, average.Relative);
    }

    /// <summary>Checks the inputs and gathers evenly spread rows of every head with the keys and values that they see.</summary>
    internal static HeadSample[] Samples(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, AttentionShape shape, bool causal,
        int rowsPerHead, ReadOnlySpan<int> keyLengths)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsPerHead, 1);
        ShapeChecks.Check(shape, causal);
        var dim = HeadTensor.Dim(query.Length, shape.Batch, shape.Heads, shape.QueryLength, nameof(query));
        ShapeChecks.CheckTensor(key.Length, shape.Batch, shape.KeyHeads, shape.KeyLength, dim, nameof(key));
        var valueDim = HeadTensor.Dim(value.Length, shape.Batch, shape.KeyHeads, shape.KeyLength, nameof(value));
        ShapeChecks.CheckKeyLengths(keyLengths, shape, nameof(keyLengths), nameof(keyLengths));
        var positions = QueryRows.Spread(shape.QueryLength, rowsPerHead);
        var samples = new HeadSample[shape.Batch * shape.Heads];
        for (var head = 0; head < samples.Length; head++)
        {
            var batch = head / shape.Heads;
            var keys = keyLengths.IsEmpty ? shape.KeyLength : keyLengths[batch];
            samples[head] = new HeadSample(query, key, value, shape, batch, head % shape.Heads, positions, keys, causal, dim, valueDim);
        }

        return samples;
    }

    private static FeatureMap Calibrated(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, AttentionShape shape, ReadOnlySpan<int> keyLengths) =>
        FeatureMap.Oprf(FeatureMap.OprfLambda(query, key, shape, keyLengths));

    private static void CheckDraws(int heads, int maps, int features, int dim, int draws)
    {
        var deviations = (Int128)heads * maps * draws;
        if (deviations > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(AttentionErrorOptions.Draws), draws,
                $"{heads} heads × {maps} maps × {draws} draws are {deviations} errors, but an array holds {Array.MaxLength}.");
        }

        MemoryChecks.Check(draws, (long)features * dim * sizeof(float), "draws of projections");
    }

    // One W for each draw and number of projections, so that maps which need equally many see the same one.
    private static Projection[][] Draw(FeatureMap[] maps, int features, int dim, AttentionErrorOptions options)
    {
        var projections = new Projection[options.Draws][];
        for (var draw = 0; draw < options.Draws; draw++)
        {
            Dictionary<int, Projection> bySize = [];
            projections[draw] = new Projection[maps.Length];
            for (var map = 0; map < maps.Length; map++)
            {
                var rows = maps[map].ProjectionRows(features);
                if (!bySize.TryGetValue(rows, out var w))
                {
                    w = options.Draw(rows, dim, options.Seed + (ulong)draw);
                    ShapeChecks.CheckProjection(w, rows, dim, needsHadamard: false);
                    bySize.Add(rows, w);
                }

                projections[draw][map] = w;
            }
        }

        return projections;
    }

    /// <summary>Squared deviations and sizes that add up over rows.</summary>
    private struct Deviation
    {
        public double Squared, Size;
        public long Rows, FailedRows;

        public readonly double Relative => Rows == FailedRows ? double.NaN : Math.Sqrt(Squared / Size);

        public void Add(in Deviation other)
        {
            Squared += other.Squared;
            Size += other.Size;
            Rows += other.Rows;
            FailedRows += other.FailedRows;
        }

        public void AddRow(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected)
        {
            for (var i = 0; i < actual.Length; i++)
            {
                Squared += (actual[i] - expected[i]) * (actual[i] - expected[i]);
                Size += expected[i] * expected[i];
            }
        }
    }

    /// <summary>Exact outputs of one head's rows, and how far averaging is from them.</summary>
    private sealed class Reference
    {
        private readonly double[] _exact;
        private readonly int _valueDim;

        public Reference(HeadSample head)
        {
            _valueDim = head.ValueDim;
            _exact = new double[head.Rows.Count * _valueDim];
            var sums = head.Sum(new ExactWeights(head.Rows.Scaled, head.Dim));
            var mean = new double[_valueDim];
            var total = new double[_valueDim];
            var added = 0;
            Deviation deviation = default;
            for (var row = 0; row < head.Rows.Count; row++)
            {
                var exact = _exact.AsSpan(row * _valueDim, _valueDim);
                sums.Output(row, exact);
                var seen = head.Rows.Sees[row];
                if (seen == 0)
                {
                    continue;
                }

                for (; added < seen; added++)
                {
                    Products.AddWeighted([1.0], head.Values.AsSpan(added * _valueDim, _valueDim), total);
                }

                total.CopyTo(mean, 0);
                Products.Scale(mean, 1.0 / seen);
                deviation.Rows++;
                deviation.AddRow(mean, exact);
            }

            OfAveraging = deviation;
        }

        public Deviation OfAveraging { get; }

        public Deviation Compare(RowSums sums, QueryRows rows)
        {
            Deviation deviation = default;
            var output = new double[_valueDim];
            for (var row = 0; row < rows.Count; row++)
            {
                if (rows.Sees[row] == 0)
                {
                    continue; // zeros in both
                }

                deviation.Rows++;
                sums.Output(row, output);
                if (!(sums.Denominator[row] > 0) || !Array.TrueForAll(output, double.IsFinite))
                {
                    deviation.FailedRows++;
                    continue;
                }

                deviation.AddRow(output, _exact.AsSpan(row * _valueDim, _valueDim));
            }

            return deviation;
        }
    }
}
