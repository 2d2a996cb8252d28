using KernelGen.Examples.ProteinPerformer;
using Xunit;

namespace KernelGen.Tests.Examples.Proteins;

/// <summary>Do rows hold what they say, and nothing that would give an answer away?</summary>
public sealed class RowTests
{
    private static readonly ProteinSet Set = SmallProteins.Set;

    [Theory]
    [InlineData(256)]
    [InlineData(1024)]
    public void AnEpochOfContextsHoldsEveryTrainingProteinWholeOnce(int length)
    {
        var rows = TrainingContexts.OfEpoch(Set, length, seed: 1, epoch: 0);
        Assert.All(rows, row => Check(row, length));
        int[] whole = [.. rows.SelectMany(row => row.Segments)
            .Where(segment => segment.Length == Set.Residues[segment.Protein].Length)
            .Select(segment => segment.Protein)];
        Assert.Equal(Set.Split.Training, whole.Order());

        // Nothing but training proteins, and all of them counted.
        Assert.All(
            rows.SelectMany(row => row.Segments), segment => Assert.True(segment.Counted && Set.Split.Training.Contains(segment.Protein)));
    }

    [Fact]
    public void ContextsAreFull()
    {
        var rows = TrainingContexts.OfEpoch(Set, 512, 1, 0);
        Assert.All(rows.SkipLast(1), row => Assert.InRange(row.Tokens.Length, 512 - 32, 512));
    }

    [Fact]
    public void AProteinLongerThanAContextIsCutAndComesOnce()
    {
        var rows = TrainingContexts.OfEpoch(Set, 48, 1, 0);
        Assert.All(rows, row => Check(row, 48));
        int[] firsts = [.. rows.Select(row => row.Segments[0].Protein)];
        Assert.Equal(firsts.Length, firsts.Distinct().Count());
        Assert.Equal(Set.Split.Training, rows.SelectMany(row => row.Segments).Select(segment => segment.Protein).Distinct().Order());
    }

    [Fact]
    public void AContextGoesOnWithTheNearestUnusedRelative()
    {
        var rows = TrainingContexts.OfEpoch(Set, 2_048, 5, 0);
        var unused = Set.Split.Training.ToHashSet();
        var chosen = 0;
        foreach (var row in rows)
        {
            var inRow = new HashSet<int>();
            foreach (var segment in row.Segments)
            {
                int Nearness(int protein) => Set.Graph.Of(protein).Where(relative => inRow.Contains(relative.Protein))
                    .Select(relative => relative.SharedWords).DefaultIfEmpty().Max();
                var best = unused.Where(protein => !inRow.Contains(protein)).Max(Nearness);
                Assert.Equal(best, Nearness(segment.Protein));
                chosen += best > 0 ? 1 : 0;
                inRow.Add(segment.Protein);
                if (segment.Length == Set.Residues[segment.Protein].Length)
                {
                    unused.Remove(segment.Protein);
                }
            }
        }

        Assert.True(chosen > Set.Split.Training.Count / 3);
    }

    [Fact]
    public void AnEpochIsAFunctionOfSeedAndEpoch()
    {
        static string Text(int seed, int epoch) =>
            string.Join(';', TrainingContexts.OfEpoch(Set, 512, seed, epoch).SelectMany(row => row.Segments));
        Assert.Equal(Text(1, 2), Text(1, 2));
        Assert.NotEqual(Text(1, 2), Text(1, 3));
        Assert.NotEqual(Text(1, 2), Text(2, 2));
    }

    [Theory]
    [InlineData(200, 2)]
    [InlineData(1024, 1)]
    [InlineData(4096, 8)]
    [InlineData(4096, 0)]
    public void EveryTargetIsCountedOnceAfterItsNearestRelatives(int length, int most)
    {
        foreach (var (_, targets) in Set.Split.HeldOut)
        {
            var rows = EvaluationContexts.Of(Set, targets, length, most);
            Assert.All(rows, row => Check(row, length));
            Assert.Equal(
                targets, rows.SelectMany(row => row.Segments).Where(segment => segment.Counted).Select(segment => segment.Protein).Order());
            Assert.All(rows.SelectMany(row => row.Segments), segment => Assert.Equal(Set.Residues[segment.Protein].Length, segment.Length));

            // What is beside targets stands there for one of them.
            foreach (var row in rows)
            {
                int[] counted = [.. row.Segments.Where(segment => segment.Counted).Select(segment => segment.Protein)];
                Assert.All(row.Segments.Where(segment => !segment.Counted), segment =>
                    Assert.Contains(counted, target => Set.Graph.AreRelatives(target, segment.Protein)));
            }
        }
    }

    [Fact]
    public void OneTargetAContextHasExactlyItsNearestRelativesBeforeIt()
    {
        const int length = 4_096;
        var targets = EvaluationContexts.WithRelatives(Set, Set.Split.Test, length, least: 2);
        Assert.NotEmpty(targets);
        foreach (var most in new[] { 0, 1, 2 })
        {
            var rows = EvaluationContexts.OfEach(Set, targets, length, most);
            foreach (var (row, target) in rows.Zip(targets))
            {
                Assert.Equal(
                    [.. Set.Graph.Of(target).Take(most).Select(relative => relative.Protein).Reverse(), target],
                    row.Segments.Select(segment => segment.Protein));
                Assert.Equal(most, row.Segments[^1].RelativesBefore);
                Assert.Equal(most, row.Segments[^1].RelativesAround);
            }
        }
    }

    [Fact]
    public void RelativesThatDoNotFitAreLeftOut()
    {
        var target = Set.Split.Test.First(protein => Set.Graph.Of(protein).Count > 1);
        var length = Set.Residues[target].Length + 2;
        var row = Assert.Single(EvaluationContexts.Of(Set, [target], length, 8));
        Assert.Equal(target, Assert.Single(row.Segments).Protein);
        Assert.DoesNotContain(target, EvaluationContexts.WithRelatives(Set, [target], length, 1));
    }

    [Fact]
    public void ASampleIsRandomAndTheSameForOneSeed()
    {
        int[] list = [.. Enumerable.Range(0, 100)];
        Assert.Equal(EvaluationContexts.Sample(list, 10, 1), EvaluationContexts.Sample(list, 10, 1));
        Assert.NotEqual(EvaluationContexts.Sample(list, 10, 1), EvaluationContexts.Sample(list, 10, 2));
        Assert.Equal(list, EvaluationContexts.Sample(list, 1000, 1).Order());
        Assert.Equal(EvaluationContexts.Sample(list, 10, 1), EvaluationContexts.Sample(list, 20, 1).Take(10));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(50)]
    [InlineData(512)]
    public void SingleProteinsLoseNoResidue(int length)
    {
        var rows = SingleProteins.Of(Set, Set.Split.Training, length);
        Assert.All(rows, row => Check(row, length));
        Assert.All(rows, row => Assert.Single(row.Segments));
        foreach (var pieces in rows.Select(row => row.Segments[0]).GroupBy(segment => segment.Protein))
        {
            var next = 0;
            foreach (var piece in pieces)
            {
                Assert.Equal(next, piece.From);
                next += piece.Length;
            }

            Assert.Equal(Set.Residues[pieces.Key].Length, next);

            // Of about equal length: with its separator the first is no more than one token longer or shorter than another.
            int[] tokens = [.. pieces.Select(piece => piece.Length + (piece.From == 0 ? 1 : 0))];
            Assert.True(tokens.Max() - tokens.Min() <= 1);
        }

        Assert.Equal(Set.Split.Training, rows.Select(row => row.Segments[0].Protein).Distinct());
    }

    /// <summary>Tokens are those of the segments, no protein stands twice, and relatives are counted rightly.</summary>
    private static void Check(Row row, int length)
    {
        Assert.InRange(row.Tokens.Length, 1, length);
        var expected = new List<byte>();
        var before = new List<int>();
        foreach (var segment in row.Segments)
        {
            if (segment.From == 0)
            {
                expected.Add(Tokens.Separator);
            }

            Assert.Equal(expected.Count, segment.Start);
            expected.AddRange(Set.Residues[segment.Protein].AsSpan(segment.From, segment.Length));
            Assert.Equal(before.Count(other => Set.Graph.AreRelatives(other, segment.Protein)), segment.RelativesBefore);
            Assert.Equal(row.Segments.Count(other => Set.Graph.AreRelatives(other.Protein, segment.Protein)), segment.RelativesAround);
            before.Add(segment.Protein);
        }

        Assert.Equal(expected, row.Tokens);
        Assert.Equal(before.Count, before.Distinct().Count());
    }
}
