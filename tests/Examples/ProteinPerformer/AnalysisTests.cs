using KernelGen.Examples;
using KernelGen.Examples.ProteinPerformer;
using Xunit;

namespace KernelGen.Tests.Examples.Proteins;

/// <summary>Is what is read from attention what stands in it, and are correlations and p-values right?</summary>
public sealed class AnalysisTests
{
    private static string Blosum => Path.Combine(AppContext.BaseDirectory, "data", "blosum62.txt");

    [Fact]
    public void Blosum62IsRead()
    {
        var matrix = SubstitutionMatrix.ReadFile(Blosum);
        Assert.Equal(11, At(matrix, 'W', 'W'));
        Assert.Equal(2, At(matrix, 'D', 'E'));
        Assert.Equal(3, At(matrix, 'Y', 'F'));
        Assert.Equal(-4, At(matrix, 'D', 'L'));

        // Of all pairs of two amino acids none is more alike than F and Y, and I and V.
        Assert.Equal(1, MatrixComparison.Place(matrix, 'F', 'Y'));
        Assert.Equal(1, MatrixComparison.Place(matrix, 'I', 'V'));
        Assert.Equal(3, MatrixComparison.Place(matrix, 'D', 'E'));
    }

    [Theory]
    [InlineData("A R\nA 1 2\nR 2 1\n", "no row and column of 'C'")]
    [InlineData("# x\n A R\nA 1\n", "line 3: a letter of its own and 2 scores")]
    [InlineData("A R\nA 1 x\n", "line 2: 'x' is not a score")]
    [InlineData("A R\nA 1 2\nA 1 2\n", "line 3: a letter of its own")]
    [InlineData("", "no row and column of 'A'")]
    public void AMalformedMatrixIsAnErrorThatNamesThePlace(string text, string message)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            Assert.Contains(
                message, Assert.Throws<JobException>(() => SubstitutionMatrix.ReadFile(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void AMatrixThatIsNotSymmetricIsAnError()
    {
        var path = Path.GetTempFileName();
        try
        {
            string[] lines = [.. File.ReadAllLines(Blosum).Select(line =>
                line.StartsWith("D ", StringComparison.Ordinal) ? line.Replace(" 2 -1 -1", " 3 -1 -1", StringComparison.Ordinal) : line)];
            File.WriteAllLines(path, lines);
            Assert.Contains(
                "scores of E and D are 2 and 3", Assert.Throws<JobException>(() => SubstitutionMatrix.ReadFile(path)).Message,
                StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void SharesAreTheAttentionOfResiduesToResidues()
    {
        // Separator, A, C, A; the separator's row and column count for nothing.
        var attention = new AttentionByAminoAcid(1);
        attention.Add(
            [
                0.1f, 0.2f, 0.3f, 0.4f,
                0.5f, 0.1f, 0.2f, 0.2f,
                0.0f, 0.5f, 0.5f, 0.0f,
                0.6f, 0.1f, 0.2f, 0.1f,
            ],
            [Tokens.Separator, 0, 1, 0],
            firstHead: 0);
        var shares = attention.Shares();

        // Sums of float32 numbers.
        Assert.Equal(1.0 / 1.9, shares[0, 0], 1e-6);
        Assert.Equal(0.9 / 1.9, shares[0, 1], 1e-6);
        Assert.Equal(0, shares[0, 2]);
    }

    [Fact]
    public void AminoAcidsThatTheSameHeadsLookAtAreAlike()
    {
        // Each head has a vector of weights for amino acids that stand in a circle: neighbours in it get about the same from every head.
        const int heads = 60;
        var random = new Random(2);
        byte[] tokens = [.. Enumerable.Range(0, 40).Select(i => (byte)(i % 20))];
        var attention = new AttentionByAminoAcid(heads);
        var expected = new double[heads, 20];
        for (var head = 0; head < heads; head++)
        {
            var phase = 2 * Math.PI * random.NextDouble();
            float[] row = [.. tokens.Select(token => (float)(1 + 0.5 * Math.Cos(2 * Math.PI * token / 20 - phase)))];
            var sum = row.Sum();
            float[] square = [.. tokens.SelectMany(_ => row.Select(weight => weight / sum))];
            attention.Add(square, tokens, head);
            for (var letter = 0; letter < 20; letter++)
            {
                expected[head, letter] = row[letter];
            }
        }

        var similarity = attention.Similarity();
        double[] Column(int letter) => [.. Enumerable.Range(0, heads).Select(head => expected[head, letter])];
        for (var a = 0; a < 20; a++)
        {
            Assert.True(double.IsNaN(similarity[a, a]));
            for (var b = 0; b < a; b++)
            {
                Assert.Equal(Ranks.Correlation(Column(a), Column(b)), similarity[a, b], 1e-4); // attention is float32, in 40 sums of it
                Assert.Equal(similarity[a, b], similarity[b, a]);
            }
        }

        Assert.True(similarity[0, 1] > 0.8 && similarity[0, 10] < -0.8);
    }

    [Fact]
    public void HeadsMayComeInAnyOrderAndOverManySequences()
    {
        float[] square = [0.25f, 0.75f, 0.5f, 0.5f];
        var attention = new AttentionByAminoAcid(3);
        attention.Add([.. square, .. square], [0, 1], firstHead: 1);
        attention.Add(square, [1, 0], firstHead: 0);
        attention.Add([1f], [2], firstHead: 0);
        attention.Add([], [], firstHead: 0);
        var shares = attention.Shares();
        Assert.Equal([1.25 / 3, 0.75 / 3, 1.0 / 3], [shares[0, 0], shares[0, 1], shares[0, 2]]);
        Assert.Equal([0.75 / 2, 1.25 / 2], [shares[2, 0], shares[2, 1]]);
    }

    [Fact]
    public void WhatCannotBeCorrelatedIsAnErrorThatSaysSo()
    {
        byte[] tokens = [.. Enumerable.Range(0, 20).Select(i => (byte)i)];
        float[] even = [.. Enumerable.Repeat(0.05f, 400)];
        var equal = new AttentionByAminoAcid(4);
        for (var head = 0; head < 4; head++)
        {
            equal.Add(even, tokens, head);
        }

        Assert.Contains(
            "same share of attention to A", Assert.Throws<InvalidOperationException>(() => equal.Similarity()).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "2 heads", Assert.Throws<InvalidOperationException>(() => new AttentionByAminoAcid(2).Similarity()).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "head 0 to residues sums to 0",
            Assert.Throws<InvalidOperationException>(() => new AttentionByAminoAcid(3).Similarity()).Message, StringComparison.Ordinal);
        var broken = new AttentionByAminoAcid(3);
        broken.Add([float.NaN], [0], 0);
        Assert.Contains("NaN", Assert.Throws<InvalidOperationException>(() => broken.Shares()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => equal.Add(even, tokens, 4));
        Assert.Throws<ArgumentException>(() => equal.Add(even.AsSpan(1), tokens, 0));
    }

    [Fact]
    public void RanksShareTheirMeanWhereNumbersAreEqual()
    {
        Assert.Equal([2.5, 1, 2.5, 4], Ranks.Of([3, -1, 3, 10]));
        Assert.Equal([2, 2, 2], Ranks.Of([0, 0, 0]));
        Assert.Empty(Ranks.Of([]));
        Assert.Throws<ArgumentException>(() => Ranks.Of([1, double.NaN]));
        Assert.Equal(1, Ranks.Correlation(Ranks.Of([1, 2, 30]), Ranks.Of([-5, 0, 1])), 1e-15);
        Assert.Equal(-1, Ranks.Correlation([1, 2, 3], [3, 2, 1]), 1e-15);

        // 1 − 6 Σ d² / (n (n² − 1)) for d = 1, 1, 1, 1, 0.
        Assert.Equal(1 - 6.0 * 4 / (5 * 24), Ranks.Correlation(Ranks.Of([1, 2, 3, 4, 5]), Ranks.Of([2, 1, 4, 3, 5])), 1e-15);
        Assert.Throws<ArgumentException>(() => Ranks.Correlation([1], [1, 2]));
        Assert.True(double.IsNaN(Ranks.Correlation([1, 1], [1, 2])));
    }

    [Fact]
    public void AMatrixAgreesWithItselfAndWithNoRandomOne()
    {
        var blosum = SubstitutionMatrix.ReadFile(Blosum);
        var itself = MatrixComparison.Of(blosum, blosum, 999, seed: 1);
        Assert.Equal(1, itself.Correlation, 1e-12);
        Assert.Equal(0.001, itself.PValue, 1e-12); // no relabelling but the one that is there
        Assert.Equal(itself, MatrixComparison.Of(blosum, blosum, 999, seed: 1));

        // p-values of random matrices are even between 0 and 1: of 60 about 30 lie below a half, give or take 4 · √15.
        double[] values = [.. Enumerable.Range(0, 60).Select(seed => MatrixComparison.Of(Random(seed), blosum, 99, seed).PValue)];
        Assert.InRange(values.Count(p => p <= 0.5), 15, 45);
        Assert.InRange(values.Count(p => p <= 0.05), 0, 11);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void APValueIsTheShareOfAllRelabellings(int seed)
    {
        // Of five letters all 120 relabellings can be looked at.
        var random = new Random(seed);
        double[,] a = new double[5, 5], b = new double[5, 5];
        for (var i = 0; i < 5; i++)
        {
            for (var j = 0; j < i; j++)
            {
                a[i, j] = a[j, i] = random.NextDouble();
                b[i, j] = b[j, i] = random.NextDouble();
            }
        }

        double Agreement(int[] labels)
        {
            var pairs = (from i in Enumerable.Range(0, 5) from j in Enumerable.Range(0, i) select (A: a[labels[i], labels[j]], B: b[i, j]))
                .ToList();
            return Ranks.Correlation(Ranks.Of([.. pairs.Select(pair => pair.A)]), Ranks.Of([.. pairs.Select(pair => pair.B)]));
        }

        var reached = Orders([0, 1, 2, 3, 4]).Count(labels => Agreement(labels) >= Agreement([0, 1, 2, 3, 4]) - 1e-12) / 120.0;
        var found = MatrixComparison.Of(a, b, 20_000, seed: 1);
        Assert.Equal(Agreement([0, 1, 2, 3, 4]), found.Correlation, 1e-12); // rounding
        Assert.Equal(reached, found.PValue, 4 * Math.Sqrt(0.25 / 20_000)); // four standard deviations at the most

        static IEnumerable<int[]> Orders(int[] rest) => rest.Length == 0
            ? [[]]
            : rest.SelectMany(first => Orders([.. rest.Where(other => other != first)]).Select(tail => (int[])[first, .. tail]));
    }

    [Fact]
    public void PairsThatShareAnAminoAcidAreNotTakenForIndependent()
    {
        // Each amino acid has a number, and a pair is as alike as their sum: two such matrices correlate by chance far more than 190 free
        // pairs do, and the p-value has to know. By a formula for free pairs most of these would be below 0.05.
        double[] values = [.. Enumerable.Range(0, 40).Select(seed => MatrixComparison.Of(Sums(seed), Sums(1000 + seed), 199, seed).PValue)];
        Assert.InRange(values.Count(p => p <= 0.05), 0, 8);

        static double[,] Sums(int seed)
        {
            var random = new Random(seed);
            double[] numbers = [.. Enumerable.Range(0, 20).Select(_ => random.NextDouble())];
            var matrix = new double[20, 20];
            for (var i = 0; i < 20; i++)
            {
                for (var j = 0; j < 20; j++)
                {
                    matrix[i, j] = numbers[i] + numbers[j];
                }
            }

            return matrix;
        }
    }

    [Fact]
    public void PlacesOfPairsAreCounted()
    {
        var matrix = new double[20, 20];
        Set('D', 'E', 0.9);
        Set('F', 'Y', 0.7);
        Set('A', 'C', 0.9);
        Assert.Equal(1, MatrixComparison.Place(matrix, 'D', 'E'));
        Assert.Equal(1, MatrixComparison.Place(matrix, 'C', 'A'));
        Assert.Equal(3, MatrixComparison.Place(matrix, 'Y', 'F'));
        Assert.Equal(4, MatrixComparison.Place(matrix, 'K', 'L'));
        Assert.Throws<ArgumentException>(() => MatrixComparison.Place(matrix, 'D', 'D'));
        Assert.Throws<ArgumentException>(() => MatrixComparison.Place(matrix, 'D', 'X'));
        Assert.Throws<ArgumentException>(() => MatrixComparison.Of(matrix, new double[3, 3], 1, 1));

        void Set(char a, char b, double value) =>
            matrix[Index(a), Index(b)] = matrix[Index(b), Index(a)] = value;
    }

    [Fact]
    public void PicturesOfAttentionHaveASquareAHead()
    {
        float[] layer = [.. Enumerable.Range(0, 2 * 50 * 50).Select(i => i % 50 / 1225f)];
        var svg = AttentionPlots.Maps([layer, layer, layer], 50, ["layer 1", "layer 2", "layer 3"], "maps");
        Assert.Equal(6, svg.Split("<image ").Length - 1);
        Assert.Contains("head 2", svg, StringComparison.Ordinal);
        Assert.Contains("layer 3", svg, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => AttentionPlots.Maps([layer, layer[..2500]], 50, ["1", "2"], "maps"));
        Assert.Throws<ArgumentException>(() => AttentionPlots.Maps([layer], 50, ["1", "2"], "maps"));
        var blosum = SubstitutionMatrix.ReadFile(Blosum);
        Assert.Contains(
            "rank correlation 0.31, p = 0.004", AttentionPlots.Matrices(blosum, Random(1), new MatrixComparison(0.312, 0.004), "model"),
            StringComparison.Ordinal);
    }

    private static double[,] Random(int seed)
    {
        var random = new Random(seed);
        var matrix = new double[20, 20];
        for (var i = 0; i < 20; i++)
        {
            matrix[i, i] = double.NaN;
            for (var j = 0; j < i; j++)
            {
                matrix[i, j] = matrix[j, i] = random.NextDouble();
            }
        }

        return matrix;
    }

    private static double At(double[,] matrix, char a, char b) => matrix[Index(a), Index(b)];

    private static int Index(char letter) => Vocabulary.AminoAcids.IndexOf(letter, StringComparison.Ordinal);
}
