using KernelGen.Examples.ProteinPerformer;
using Xunit;

namespace KernelGen.Tests.Examples.Proteins;

/// <summary>Do batches ask what they should, about what they should, and the same again after a resume?</summary>
public sealed class BatchTests
{
    private static readonly ProteinSet Set = SmallProteins.Set;

    [Fact]
    public void NextResiduesAreThoseOfTheRow()
    {
        var rows = EvaluationContexts.Of(Set, Set.Split.Test, 700, 3);
        var batch = new NextResidueTask().Make(rows, "test");
        Assert.Equal(rows.Max(row => row.Tokens.Length), batch.Length);
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            Assert.Equal(row.Tokens.Length, batch.Lengths[i]);
            for (var t = 0; t < batch.Length; t++)
            {
                var position = i * batch.Length + t;
                Assert.Equal(t < row.Tokens.Length ? row.Tokens[t] : Tokens.Padding, batch.Inputs[position]);
                var asked = row.Segments.FirstOrDefault(segment => t + 1 >= segment.Start && t + 1 < segment.Start + segment.Length);
                Assert.Equal(asked is null ? Batch.Ignored : row.Tokens[t + 1], batch.Targets[position]);
                Assert.Equal(asked?.Counted ?? false, batch.Counted[position]);
                Assert.Equal(asked?.Protein ?? -1, batch.Proteins[position]);
                Assert.Equal(asked?.RelativesBefore ?? -1, batch.Relatives[position]);
            }
        }

        Assert.True(batch.Counted.Count(counted => counted) > 1000);
        Assert.Equal(Set.Split.Test.Sum(protein => Set.Residues[protein].Length), batch.Counted.Count(counted => counted));
    }

    [Fact]
    public void TheFirstResidueOfALaterPieceIsNotAskedForForNothingStandsBeforeIt()
    {
        var row = SingleProteins.Of(Set, [0], 20)[1];
        var batch = new NextResidueTask().Make([row], "test");
        Assert.NotEqual(Tokens.Separator, row.Tokens[0]);
        Assert.Equal(row.Tokens[1], batch.Targets[0]);
        Assert.Equal(row.Tokens.Length - 1, batch.Targets.Count(target => target != Batch.Ignored));
    }

    [Fact]
    public void MaskedResiduesAreChosenAsBertDoes()
    {
        var rows = TrainingContexts.OfEpoch(Set, 1_024, 1, 0);
        var batch = new MaskedTask().Make(rows, "test", 1);
        int residues = 0, chosen = 0, masked = 0, changed = 0, kept = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            for (var t = 0; t < rows[i].Tokens.Length; t++)
            {
                var position = i * batch.Length + t;
                var token = rows[i].Tokens[t];
                residues += token < Tokens.AminoAcids ? 1 : 0;
                if (batch.Targets[position] == Batch.Ignored)
                {
                    Assert.Equal(token, batch.Inputs[position]);
                    Assert.False(batch.Counted[position]);
                    Assert.Equal((-1, -1), (batch.Proteins[position], batch.Relatives[position]));
                    continue;
                }

                chosen++;
                Segment segment = rows[i].Segments.Last(segment => t >= segment.Start);
                Assert.Equal((segment.Protein, segment.RelativesAround), (batch.Proteins[position], batch.Relatives[position]));
                Assert.Equal(token, batch.Targets[position]);
                Assert.Equal(batch.Inputs[position] == Tokens.Mask, batch.Counted[position]);
                Assert.True(batch.Inputs[position] is Tokens.Mask or < Tokens.AminoAcids);
                masked += batch.Inputs[position] == Tokens.Mask ? 1 : 0;
                kept += batch.Inputs[position] == token ? 1 : 0;
                changed += batch.Inputs[position] != Tokens.Mask && batch.Inputs[position] != token ? 1 : 0;
            }
        }

        // Within four standard deviations of the binomials. A random residue is the old one once in twenty.
        Near(0.15, chosen, residues);
        Near(0.8, masked, chosen);
        Near(0.1 * 0.95, changed, chosen);
        Near(0.1 * 1.05, kept, chosen);

        static void Near(double share, int count, int of) =>
            Assert.Equal(share, (double)count / of, 4 * Math.Sqrt(share * (1 - share) / of));
    }

    [Fact]
    public void AProteinIsMaskedTheSameWhateverStandsBesideIt()
    {
        var target = EvaluationContexts.WithRelatives(Set, Set.Split.Test, 4_096, 2)[0];
        var task = new MaskedTask();
        List<long[]> inputs = [];
        foreach (var most in new[] { 0, 1, 2 })
        {
            var row = Assert.Single(EvaluationContexts.OfEach(Set, [target], 4_096, most));
            var batch = Assert.Single(EvaluationBatches.Of(task, [row], 8));
            inputs.Add(batch.Inputs[row.Segments[^1].Start..(row.Segments[^1].Start + row.Segments[^1].Length)]);
        }

        Assert.Equal(inputs[0], inputs[1]);
        Assert.Equal(inputs[0], inputs[2]);
        Assert.Contains((long)Tokens.Mask, inputs[0]);
    }

    [Fact]
    public void EvenTheShortestRowHasATarget()
    {
        var set = SmallProteins.Set;
        var rows = SingleProteins.Of(set, set.Split.Training, 3);
        foreach (var chunk in rows.Chunk(1))
        {
            var batch = new MaskedTask().Make(chunk, "test");
            Assert.Contains(batch.Targets, target => target != Batch.Ignored);
        }
    }

    [Fact]
    public void EvaluationDoesNotDependOnTheSizeOfBatches()
    {
        var rows = EvaluationContexts.Of(Set, Set.Split.OutOfDistribution, 512, 4);
        static string[] Texts(IReadOnlyList<Batch> batches) => [.. from batch in batches
                                                                   from row in Enumerable.Range(0, batch.Rows)
                                                                   let range = (row * batch.Length)..(row * batch.Length
                                                                       + batch.Lengths[row])
                                                                   select string.Join(' ', batch.Inputs[range])
                                                                       + string.Join(' ', batch.Targets[range])];
        Assert.Equal(Texts(EvaluationBatches.Of(new MaskedTask(), rows, 1)), Texts(EvaluationBatches.Of(new MaskedTask(), rows, 3)));

        // By length, so that little is padded.
        int[] lengths = [.. EvaluationBatches.Of(new MaskedTask(), rows, 3).SelectMany(batch => batch.Lengths)];
        Assert.Equal(lengths.Order(), lengths);
        Assert.True(lengths[0] < lengths[^1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AResumedRunSeesWhatItWouldHaveSeen(bool contexts)
    {
        TrainingBatches Start() => contexts
            ? new ContextBatches(Set, new MaskedTask(), 512, rows: 2, seed: 4)
            : new SingleProteinBatches(Set, new MaskedTask(), 64, rows: 4, seed: 4);
        var run = Start();
        var place = new BatchPlace(0, 0);
        var seen = new List<(BatchPlace Place, long[] Inputs)>();
        var steps = run.Count(0) + run.Count(1) + 2;
        for (var step = 0; step < steps; step++)
        {
            seen.Add((place, run.Get(place).Inputs));
            place = run.Next(place);
        }

        Assert.Equal(new BatchPlace(2, 2), place);
        foreach (var (at, inputs) in seen.Where((_, step) => step % 7 == 0).Reverse())
        {
            Assert.Equal(inputs, Start().Get(at).Inputs);
        }
    }

    [Fact]
    public void EveryEpochHoldsAllInAnotherOrderAndWithOtherMasks()
    {
        var run = new SingleProteinBatches(Set, new MaskedTask(), 64, rows: 4, seed: 4);
        string[] Rows(int epoch, bool inputs) =>
        [
            .. Enumerable.Range(0, run.Count(epoch)).Select(position => run.Get(new BatchPlace(epoch, position)))
                .SelectMany(batch =>
                    Enumerable.Range(0, batch.Rows).Select(row => string.Join(' ', Enumerable.Range(row * batch.Length, batch.Lengths[row])
                        .Select(i => inputs || batch.Targets[i] == Batch.Ignored ? batch.Inputs[i] : batch.Targets[i])))),
        ];
        var first = Rows(0, inputs: false);
        var second = Rows(1, inputs: false);
        Assert.NotEqual(first, second);
        Assert.Equal(first.Order(), second.Order());
        Assert.NotEqual(Rows(0, inputs: true).Order(), Rows(1, inputs: true).Order());
    }

    [Fact]
    public void RowsOfOneBatchAreOfAboutOneLength()
    {
        var run = new SingleProteinBatches(Set, new NextResidueTask(), 256, rows: 8, seed: 4);
        Batch[] batches = [.. Enumerable.Range(0, run.Count(0)).Select(position => run.Get(new BatchPlace(0, position)))];
        var padded = 1 - (double)batches.Sum(batch => batch.Lengths.Sum()) / batches.Sum(batch => batch.Rows * batch.Length);

        // Lengths are spread from 40 to 180: of random rows the longest of eight would leave a third empty.
        Assert.InRange(padded, 0, 0.1);
    }

    [Fact]
    public void APlaceThatAnEpochDoesNotHaveIsRefused()
    {
        var run = new ContextBatches(Set, new MaskedTask(), 512, rows: 2, seed: 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Get(new BatchPlace(0, run.Count(0))));
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Get(new BatchPlace(0, -1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Get(new BatchPlace(-1, 0)));
    }
}
