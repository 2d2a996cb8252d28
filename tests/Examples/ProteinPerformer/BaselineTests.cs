using KernelGen.Examples;
using KernelGen.Examples.ProteinPerformer;
using Xunit;

namespace KernelGen.Tests.Examples.Proteins;

/// <summary>Do baselines count rightly, and look at nothing that a model does not see?</summary>
public sealed class BaselineTests
{
    private const int Residues = Tokens.AminoAcids;
    private static readonly ProteinSet Set = SmallProteins.Set;
    private static readonly byte[][] Training = [.. Set.Split.Training.Select(protein => Set.Residues[protein])];

    [Fact]
    public void FrequenciesAreCountsWithOneMoreOfEach()
    {
        var baseline = new ResidueFrequencies([Bytes("AAAC"), Bytes("AY")]);
        var p = Predict(baseline, Row("A.C"), 1);
        Assert.Equal(5.0 / 26, p[Letter('A')], 1e-15);
        Assert.Equal(2.0 / 26, p[Letter('Y')], 1e-15);
        Assert.Equal(1.0 / 26, p[Letter('W')], 1e-15);
    }

    [Fact]
    public void NaiveBayesMultipliesWhatItCounted()
    {
        byte[][] proteins = [Bytes("ACDAC"), Bytes("CCA"), Bytes("DA")];
        const double weight = 0.7;
        var model = new NaiveBayes(proteins, 2, weight, bothSides: true);

        // By definition, with every pair looked for in the padded texts; '-' is a separator, and beyond it stands nothing.
        string[] texts = ["-ACDAC-", "-CCA-", "-DA-"];
        const string neighbours = Vocabulary.AminoAcids + "-";
        double Count(char x, int offset, char neighbour) => 1 + texts.Sum(text => Enumerable.Range(1, text.Length - 2).Count(i =>
            text[i] == x && i + offset >= 0 && i + offset < text.Length && text[i + offset] == neighbour));
        double Frequency(char x) => (1 + texts.Sum(text => text.Count(letter => letter == x))) / (20.0 + 10);
        double Likelihood(char x, int offset, char neighbour) =>
            Count(x, offset, neighbour) / neighbours.Sum(other => Count(x, offset, other));

        // The second neighbour before is beyond the separator, the first after is masked.
        double[] expected =
            [.. Vocabulary.AminoAcids.Select(x => Frequency(x) * Math.Pow(Likelihood(x, -1, '-') * Likelihood(x, 2, 'A'), weight))];
        var p = Predict(model, Row("DC-??AC"), 3);
        for (var x = 0; x < Residues; x++)
        {
            Assert.Equal(expected[x] / expected.Sum(), p[x], 1e-12); // rounding
        }
    }

    [Fact]
    public void NaiveBayesWithWeightAlmostNothingIsFrequencies()
    {
        var p = Predict(new NaiveBayes(Training, 4, 1e-9, bothSides: true), Row("ACDEF.GHIK"), 5);
        double[] q = [.. new ResidueFrequencies(Training).Frequencies];
        Assert.All(p.Zip(q), pair => Assert.Equal(pair.Second, pair.First, 1e-7)); // e^(1e-9 · 30) − 1
    }

    [Theory]
    [InlineData("ACDEWACDE.", 'W', 4)]          // the four residues before
    [InlineData("CDEWACDEYCDE.", 'Y', 3)]       // of equals the latest
    [InlineData("ACDEWCDEYACDE.", 'W', 4)]      // the longer before the later
    [InlineData("-ACD-ACDEAC.", 'D', 2)]
    [InlineData("-MKL-AAA-.", 'A', 1)]          // after a separator: the latest start
    [InlineData("ACDE-ACDE-.", 'A', 1)]         // never beyond a separator
    [InlineData("AAAAA.", 'A', 4)]
    [InlineData("ACAC-CA.", 'C', 2)]
    [InlineData("WA-A.", '!', 0)]               // what follows the only match is no residue
    [InlineData("ACDEF.", '!', 0)]
    [InlineData(".", '!', 0)]
    public void TheLongestMatchBefore(string row, char residue, int length)
    {
        var inputs = Row(row);
        var match = new Match[1];
        new MatchBefore().Find(inputs, [inputs.Length - 1], match);
        Assert.Equal(residue == '!' ? Match.None : new Match(Letter(residue), length), match[0]);
    }

    [Theory]
    [InlineData("ACD?FGH-ACDEFGH", 'E', 6)]
    [InlineData("ACDEFGH-ACD?FGH", 'E', 6)]
    [InlineData("ACD?FGH-A?DEF?H", 'E', 4)]     // masks agree with all and count for nothing
    [InlineData("WCDYF-CDEF-CD?F", 'E', 4)]     // C, D, F and the separator before C
    [InlineData("CDEFA-CDYFA-CD?FA", 'Y', 5)]   // the other ends where the row does
    [InlineData("-CDEF-CDYF-CD?F", 'Y', 4)]     // of equals the nearest
    [InlineData("-CD?F-CDYF-CDEF", 'Y', 5)]     // and the separator after it
    [InlineData("-CDEF-CD?F-CDYF-", 'E', 5)]    // of two as near the earlier
    [InlineData("YCDEF-CD?F", 'E', 3)]          // a separator ends a match
    [InlineData("?", '!', 0)]
    [InlineData("A?C", '!', 0)]
    public void TheLongestMatchAround(string row, char residue, int length)
    {
        var inputs = Row(row);
        var place = row.Count(letter => letter == '?') > 1 ? 3 : row.IndexOf('?', StringComparison.Ordinal);
        var match = new Match[1];
        new MatchAround().Find(inputs, [place], match);
        Assert.Equal(residue == '!' ? Match.None : new Match(Letter(residue), length), match[0]);
    }

    [Fact]
    public void ManyPlacesAtOnceAreEachAlone()
    {
        var random = new Random(11);
        long[] before = [.. Enumerable.Range(0, 300).Select(_ => random.Next(12) == 0 ? Tokens.Separator : (long)random.Next(3))];
        int[] places = [.. Enumerable.Range(1, 299).Where(place => before[place] < Residues && random.Next(2) == 0)];
        CheckEach(new MatchBefore(), before, places);
        long[] around = [.. before.Select((token, place) => places.Contains(place) ? Tokens.Mask : token)];
        CheckEach(new MatchAround(), around, places);

        static void CheckEach(Matcher matcher, long[] inputs, int[] places)
        {
            var together = new Match[places.Length];
            matcher.Find(inputs, places, together);
            for (var i = 0; i < places.Length; i++)
            {
                var alone = new Match[1];
                matcher.Find(inputs, [places[i]], alone);
                Assert.Equal(alone[0], together[i]);
            }

            matcher.Find(inputs, [], []);
        }
    }

    [Fact]
    public void UnidirectionalBaselinesLookAtNothingFromAPlaceOn()
    {
        var task = new NextResidueTask();
        var random = new Random(5);
        foreach (var baseline in All(task))
        {
            long[] inputs = [.. EvaluationContexts.Of(Set, Set.Split.Test, 600, 4)[0].Tokens.Select(token => (long)token)];
            int[] places = [.. Enumerable.Range(1, inputs.Length - 1).Where(place => inputs[place] < Residues)];
            var whole = new double[places.Length * Residues];
            baseline.Predict(inputs, places, whole);
            foreach (var i in new[] { 0, 50, places.Length / 2, places.Length - 1 })
            {
                long[] changed = [.. inputs.Select((token, t) => t < places[i] ? token : random.Next(Tokens.Separator + 1))];
                var p = new double[(i + 1) * Residues];
                baseline.Predict(changed, places.AsSpan(0, i + 1), p);
                Assert.Equal(whole[(i * Residues)..((i + 1) * Residues)], p[(i * Residues)..]);
            }
        }
    }

    [Fact]
    public void ProbabilitiesSumToOne()
    {
        foreach (var task in new PredictionTask[] { new MaskedTask(), new NextResidueTask() })
        {
            var batch = EvaluationBatches.Of(task, EvaluationContexts.Of(Set, Set.Split.Test, 600, 4), 1)[0];
            var row = Assert.Single(CountedRow.Of(batch, task));
            foreach (var baseline in All(task))
            {
                var p = new double[row.Places.Length * Residues];
                baseline.Predict(row.Inputs, row.Places, p);
                Assert.All(p.Chunk(Residues), one => Assert.Equal(1, one.Sum(), 1e-12)); // rounding
                Assert.All(p, one => Assert.InRange(one, 0, 1));
            }
        }
    }

    [Fact]
    public void CountedRowsNameTheResiduesThatAreMeant()
    {
        Row[] rows = [.. EvaluationContexts.Of(Set, Set.Split.Test, 600, 4)];
        foreach (var task in new PredictionTask[] { new MaskedTask(), new NextResidueTask() })
        {
            CountedRow[] counted = [.. CountedRow.Of(task.Make(rows, "test"), task)];
            Assert.Equal(rows.Length, counted.Length);
            foreach (var (row, one) in rows.Zip(counted))
            {
                Assert.Equal(row.Tokens.Length, one.Inputs.Length);
                Assert.Equal(one.Places.Select(place => (long)row.Tokens[place]), one.Residues);
                Assert.All(one.Places, place => Assert.Contains(row.Segments, segment =>
                    segment.Counted && place >= segment.Start && place < segment.Start + segment.Length));
            }
        }
    }

    [Fact]
    public void AWeightMakesMatchesAsLikelyAsTheyWereRight()
    {
        // All matches of training rows: with their weights the mean probability of the match is the share that was right.
        var task = new NextResidueTask();
        var batches = Batches(task);
        var matcher = new MatchBefore();
        var frequencies = new ResidueFrequencies(Training);
        var weighed = new WeighedMatch(matcher, frequencies, batches, task);
        var byLength = new Dictionary<int, (int Count, int Right, double Said)>();
        foreach (var row in batches.SelectMany(batch => CountedRow.Of(batch, task)))
        {
            var matches = new Match[row.Places.Length];
            var p = new double[row.Places.Length * Residues];
            matcher.Find(row.Inputs, row.Places, matches);
            weighed.Predict(row.Inputs, row.Places, p);
            for (var i = 0; i < matches.Length; i++)
            {
                if (matches[i].Length > 0)
                {
                    var (count, right, said) = byLength.GetValueOrDefault(matches[i].Length);
                    byLength[matches[i].Length] = (count + 1, right + (matches[i].Residue == row.Residues[i] ? 1 : 0),
                        said + p[i * Residues + matches[i].Residue]);
                }
            }
        }

        Assert.True(weighed.Weights[8] > 0.5 && weighed.Weights[1] < 0.1);
        foreach (var (length, (count, right, said)) in byLength.Where(entry => entry.Value.Count > 100 && weighed.Weights[entry.Key] > 0))
        {
            // One match more that was wrong is counted, of more than a hundred.
            Assert.Equal((double)right / count, said / count, 0.01);
        }
    }

    [Fact]
    public void RelativesAreWorthMoreThanNeighbours()
    {
        foreach (var task in new PredictionTask[] { new MaskedTask(), new NextResidueTask() })
        {
            var batches = EvaluationBatches.Of(task, EvaluationContexts.Of(Set, Set.Split.OutOfDistribution, 1_024, 4), 1);
            var all = All(task);
            RelativeScores[] scores = [.. all.Select(baseline => BaselineEvaluation.Run(baseline, task, batches, threads: 2))];
            var weighed = scores[^1].WithRelatives.Accuracy;
            Assert.True(weighed > scores[0].WithRelatives.Accuracy + 0.1, $"{task.Name}: {weighed}");
            Assert.True(scores[^1].WithRelatives.Perplexity < scores[0].WithRelatives.Perplexity);
            Assert.Equal(scores[0].All.Count, scores[^1].All.Count);
        }
    }

    [Fact]
    public void ScoresDoNotDependOnThreads()
    {
        var task = new NextResidueTask();
        var batches = EvaluationBatches.Of(task, EvaluationContexts.Of(Set, Set.Split.Test, 512, 4), 1);
        var baseline = All(task)[^1];
        Assert.Equal(BaselineEvaluation.Run(baseline, task, batches, 1).Groups, BaselineEvaluation.Run(baseline, task, batches, 3).Groups);
    }

    private static Baseline[] All(PredictionTask task)
    {
        Matcher matcher = task.Offset == 0 ? new MatchAround() : new MatchBefore();
        var frequencies = new ResidueFrequencies(Training);
        var bayes = new NaiveBayes(Training, 4, 0.5, bothSides: task.Offset == 0);
        return [frequencies, bayes, new LongestMatch(matcher, frequencies), new WeighedMatch(matcher, bayes, Batches(task), task)];
    }

    private static Batch[] Batches(PredictionTask task)
    {
        var run = new ContextBatches(Set, task, 1_024, rows: 2, seed: 1);
        return [.. Enumerable.Range(0, run.Count(0)).Select(position => run.Get(new BatchPlace(0, position)))];
    }

    private static double[] Predict(Baseline baseline, long[] row, int place)
    {
        var p = new double[Residues];
        baseline.Predict(row, [place], p);
        return p;
    }

    private static byte[] Bytes(string letters) => [.. letters.Select(letter => (byte)Letter(letter))];

    private static int Letter(char letter) => Vocabulary.AminoAcids.IndexOf(letter, StringComparison.Ordinal);

    // '-' a separator, '?' a mask, '.' a residue that is asked for and stands there.
    private static long[] Row(string text) =>
        [.. text.Select(letter =>
            letter switch { '-' => Tokens.Separator, '?' => Tokens.Mask, '.' => Letter('W'), _ => (long)Letter(letter) })];
}
