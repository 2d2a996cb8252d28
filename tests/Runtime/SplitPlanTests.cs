using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>How calls are cut: the rule is part of what "reproducible for a degree" means, so it is pinned.</summary>
public sealed class SplitPlanTests
{
    [Theory] // heads, degree → whole heads, spans of the others
    [InlineData(8, 1, 8, 0)]
    [InlineData(8, 2, 8, 0)]
    [InlineData(1, 2, 0, 2)]
    [InlineData(7, 2, 6, 2)]
    [InlineData(9, 2, 9, 0)]
    [InlineData(3, 4, 0, 4)]
    [InlineData(5, 16, 0, 3)]
    [InlineData(63, 64, 0, 1)]
    [InlineData(33, 64, 0, 7)]
    public void HeadsAreCutWhereTheyCannotOccupyTheDegree(int heads, int degree, int whole, int spans)
    {
        var plan = SplitPlan.Create(new AttentionShape(1, heads, 100_000), degree, tileRows: 48, causal: false, stateless: false);
        if (spans == 1)
        {
            (whole, spans) = (heads, 0); // one span is no cut
        }

        Assert.Equal((whole, spans), (plan.WholeHeads, plan.KeySpans));
        Assert.InRange(plan.QuerySpans, spans, Math.Max(8 * degree, spans)); // independent of each other: as fine as for stateless heads
        var causal = SplitPlan.Create(new AttentionShape(1, heads, 100_000), degree, tileRows: 48, causal: true, stateless: false);
        Assert.Equal((whole, Math.Max(spans - 1, 0), spans), (causal.WholeHeads, causal.KeySpans, causal.QuerySpans));
        Assert.Equal(spans is > 0 and <= 8 ? spans : 1, causal.PiecesPerSpan);
    }

    [Fact]
    public void ASmallestNumberOfSpansIsFoundAtOnce()
    {
        foreach (var degree in Enumerable.Range(2, 70))
        {
            foreach (var heads in Enumerable.Range(1, degree - 1))
            {
                var spans = 1;
                for (long units = heads; units < 0.9 * ((units + degree - 1) / degree) * degree; units = (long)heads * spans)
                {
                    spans++;
                }

                var plan = SplitPlan.Create(new AttentionShape(1, heads, 100_000), degree, tileRows: 48, causal: false, stateless: false);
                Assert.Equal(spans == 1 && plan.CutHeads == 0 ? 0 : spans, plan.KeySpans);
            }
        }

        // A count from 1 on takes seconds for this one, in every call.
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(
                2084,
                SplitPlan.Create(new AttentionShape(1, 1, 100_000), int.MaxValue, tileRows: 48, causal: false, stateless: false).KeySpans);
        }

        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 60);
    }

    [Fact]
    public void ThereAreNeverMoreSpansThanTiles()
    {
        var plan = SplitPlan.Create(new AttentionShape(1, 1, 9, 5), degree: 16, tileRows: 4, causal: false, stateless: false);
        Assert.Equal((2, 3), (plan.KeySpans, plan.QuerySpans));
        Assert.Equal(1, SplitPlan.Create(new AttentionShape(1, 1, 4), 16, 4, causal: true, stateless: false).WholeHeads);
    }

    [Theory]
    [InlineData(0, 4, 3)]
    [InlineData(1, 4, 3)]
    [InlineData(48, 48, 2)]
    [InlineData(1000, 48, 7)]
    [InlineData(int.MaxValue, 48, 64)]
    public void BoundariesCoverTheLengthInTiles(int length, int tileRows, int parts)
    {
        var before = 0;
        for (var part = 0; part <= parts; part++)
        {
            var boundary = SplitPlan.Boundary(length, part, parts, tileRows);
            Assert.True(boundary >= before && (boundary % tileRows == 0 || boundary == length));
            before = boundary;
        }

        Assert.Equal((0, length), (SplitPlan.Boundary(length, 0, parts, tileRows), before));
    }

    [Theory] // heads, length, degree → pieces of a head: 8 for each worker in all, of at least 4 tiles
    [InlineData(1, 10_000, 1, 1)]
    [InlineData(1, 10_000, 2, 16)]
    [InlineData(3, 10_000, 2, 6)]
    [InlineData(64, 10_000, 2, 1)]
    [InlineData(1, 40, 2, 3)]
    [InlineData(1, 0, 2, 1)]
    public void StatelessHeadsAreCutFreely(int heads, int length, int degree, int pieces)
    {
        // A tile of 192 tokens is enough by itself.
        Assert.Equal(11, SplitPlan.Create(new AttentionShape(1, 1, 2048), 2, tileRows: 192, causal: true, stateless: true).QuerySpans);

        var plan = SplitPlan.Create(new AttentionShape(1, heads, length), degree, tileRows: 4, causal: true, stateless: true);
        Assert.Equal((0, 0, pieces), (plan.WholeHeads, plan.KeySpans, plan.QuerySpans));
    }

    /// <summary>Sequences that are equally long are cut as those of a batch.</summary>
    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(1, 3, 2)]
    [InlineData(3, 1, 2)]
    [InlineData(7, 1, 2)]
    [InlineData(8, 1, 2)]
    [InlineData(2, 4, 2)]
    [InlineData(5, 1, 4)]
    [InlineData(1, 7, 4)]
    [InlineData(3, 1, 4)]
    [InlineData(3, 11, 64)]
    public void EqualPackedSequencesAreCutAsABatch(int batch, int heads, int degree)
    {
        foreach (var (causal, stateless, outputsKeys) in new[]
        {
            (false, false, false), (true, false, false), (false, true, false), (true, true, false), (true, false, true),
        })
        {
            var expected = SplitPlan.Create(new AttentionShape(batch, heads, 5000), degree, tileRows: 48, causal, stateless);
            var actual = Packed([.. Enumerable.Repeat(5000, batch)], heads, degree, causal, stateless, outputsKeys);
            if (stateless && expected.QuerySpans == 1)
            {
                Assert.Equal((batch * heads, 0), (actual.WholeHeads, actual.CutHeads)); // said in another way
                continue;
            }

            Assert.Equal(
                (expected.WholeHeads, expected.KeySpans, expected.QuerySpans, expected.PiecesPerSpan),
                (actual.WholeHeads, actual.KeySpans, actual.QuerySpans, actual.PiecesPerSpan));
        }
    }

    /// <summary>However different the lengths are, no unit is more than a worker's share, and most calls are even.</summary>
    [Fact]
    public void PackedSequencesAreCutUntilTheWorkIsEven()
    {
        var random = new Random(3);
        List<double> loads = [];
        for (var round = 0; round < 2000; round++)
        {
            var (sequences, heads, degree) = (random.Next(1, 40), random.Next(1, 5), random.Next(2, 17));
            var skew = random.Next(1, 12);
            var lengths = Enumerable.Range(0, sequences)
                .Select(_ => (int)(1e6 * Math.Pow(random.NextDouble(), skew))).OrderDescending().ToArray();
            if (lengths[0] < 100_000)
            {
                continue; // there may be too few tiles
            }

            var stateless = round % 3 == 0;
            var plan = Packed(lengths, heads, degree, causal: round % 2 == 0, stateless);
            var work = lengths.SelectMany(length => Enumerable.Repeat(stateless ? (double)length * length : length, heads)).ToArray();
            var share = work.Sum() / degree;

            // Each unit goes to whoever is idle first: whole heads from the longest on, and spans of those that are cut, which fill gaps.
            var byWorker = new double[degree];
            var spans = Math.Max(1, stateless ? plan.QuerySpans : Math.Max(plan.KeySpans, plan.QuerySpans));
            var cut = work[..plan.CutHeads].SelectMany(one => Enumerable.Repeat(one / spans, spans));
            foreach (var unit in work[plan.CutHeads..].Concat(cut))
            {
                Assert.InRange(unit, 0, 1.0001 / 0.9 * share);
                byWorker[Array.IndexOf(byWorker, byWorker.Min())] += unit;
            }

            loads.Add(byWorker.Max() / share);
        }

        Assert.InRange(loads.Average(), 1, 1.12);
    }

    [Fact]
    public void OneThreadCutsNothing() => Assert.Equal(
        (8, 0),
        (Packed([100_000, 3, 0, 5], 2, degree: 1, causal: true, stateless: false).WholeHeads,
            Packed([100_000, 3, 0, 5], 2, degree: 1, causal: true, stateless: true).CutHeads));

    private static unsafe SplitPlan Packed(
        int[] lengths, int heads, int degree, bool causal, bool stateless, bool outputsKeys = false)
    {
        var sequences = lengths.Select(length => new PackedSequence { Queries = length, Keys = length }).ToArray();
        var order = Enumerable.Range(0, lengths.Length).OrderByDescending(i => lengths[i]).ToArray();
        var shape = AttentionShape.Packed(lengths.Length, heads, lengths.Sum(), TensorLayout.BatchLengthHeadDim);
        fixed (PackedSequence* all = sequences)
        fixed (int* longestFirst = order)
        {
            return SplitPlan.CreatePacked(all, longestFirst, shape, degree, tileRows: 48, causal, stateless, outputsKeys);
        }
    }
}
