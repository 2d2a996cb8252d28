using KernelGen.Examples;
using KernelGen.Examples.ProteinPerformer;
using Xunit;

namespace KernelGen.Tests.Examples.Proteins;

/// <summary>Are relatives those that share words, and does the split keep strangers strange?</summary>
public sealed class FamilyTests
{
    [Fact]
    public void WordsAreThoseOfTheLetters()
    {
        byte[] residues = [.. Enumerable.Range(0, 30).Select(i => (byte)(i * 7 % 20))];
        ulong[] expected = [.. Enumerable.Range(0, 30 - KmerIndex.Length + 1).Select(start =>
            residues[start..(start + KmerIndex.Length)].Aggregate(0UL, (word, residue) => word * 20 + residue))];
        Assert.Equal(expected, KmerIndex.Words(residues));
        Assert.Empty(KmerIndex.Words(residues[..7]));
        Assert.Single(KmerIndex.Words(residues[..8]));
        Assert.Equal([25_600_000_000UL - 1], KmerIndex.Words([.. Enumerable.Repeat((byte)19, 8)]));
    }

    [Fact]
    public void AWordCountsOnceHoweverOftenItOccurs()
    {
        // The first holds the word ten times, the second once; the third shares 7 residues with both.
        byte[][] proteins =
            [[.. Enumerable.Repeat((byte)3, 17)], [1, .. Enumerable.Repeat((byte)3, 8), 1], [.. Enumerable.Repeat((byte)3, 7)]];
        var index = KmerIndex.Of(proteins);
        Assert.Equal([0, 1], Assert.Single(index.Shared()));
        var graph = new RelativeGraph(3, index);
        Assert.Equal([new Relative(1, 1)], graph.Of(0));
        Assert.Equal([new Relative(0, 1)], graph.Of(1));
        Assert.Empty(graph.Of(2));
        Assert.True(graph.AreRelatives(1, 0));
        Assert.False(graph.AreRelatives(0, 2));
        Assert.False(graph.AreRelatives(0, 0));
    }

    [Fact]
    public void RelativesAreThoseOfASearchByText()
    {
        var set = SmallProteins.Set;
        HashSet<string>[] words = [.. set.Residues.Select(residues =>
            Enumerable.Range(0, residues.Length - 7).Select(start => string.Join(' ', residues[start..(start + 8)])).ToHashSet())];
        for (var a = 0; a < words.Length; a++)
        {
            Relative[] expected = [.. Enumerable.Range(0, words.Length).Where(b => b != a)
                .Select(b => new Relative(b, words[a].Count(words[b].Contains)))
                .Where(relative => relative.SharedWords > 0)
                .OrderByDescending(relative => relative.SharedWords).ThenBy(relative => relative.Protein)];
            Assert.Equal(expected, set.Graph.Of(a));
        }
    }

    [Fact]
    public void ComponentsAreTheFamilies()
    {
        var set = SmallProteins.Set;
        Assert.Equal(SmallProteins.Large, set.Components[0].Length);
        Assert.Equal(1 + SmallProteins.Small, set.Components.Count);
        Assert.All(set.Components, component => Assert.Single(
            component.Select(protein => set.Names[protein].Split('-')[0]).Select(name => name[0] == 'L' ? "L" : name).Distinct()));
        Assert.Equal(Enumerable.Range(0, set.Names.Count), set.Components.SelectMany(component => component).Order());
        Assert.All(set.Components, component => Assert.Equal(component.Order(), component));
        Assert.All(set.Components.Zip(set.Components.Skip(1)), pair => Assert.True(pair.First.Length >= pair.Second.Length));
    }

    [Fact]
    public void SetsJoinAlongAnyChain()
    {
        var random = new Random(3);
        int[] order = [.. Enumerable.Range(0, 999)];
        random.Shuffle(order);
        var sets = new DisjointSets(1000);
        foreach (var i in order.Where(i => i != 500))
        {
            sets.Join(i + 1, i);
        }

        Assert.Single(Enumerable.Range(0, 501).Select(sets.Find).Distinct());
        Assert.Single(Enumerable.Range(501, 499).Select(sets.Find).Distinct());
        Assert.NotEqual(sets.Find(0), sets.Find(999));
    }

    [Fact]
    public void EveryProteinStandsInOneListAndStrangersShareNoWordWithOthers() => CheckSplit(SmallProteins.Set);

    [Fact]
    public void TheSplitDoesNotDependOnTheOrderOfTheFile()
    {
        var set = SmallProteins.Set;
        var turned = new ProteinSet([.. Enumerable.Range(0, set.Names.Count).Reverse()
            .Select(i => new Protein(set.Names[i], string.Concat(set.Residues[i].Select(residue => Vocabulary.AminoAcids[residue]))))]);
        foreach ((var (name, list), (_, var other)) in set.Split.HeldOut.Zip(turned.Split.HeldOut))
        {
            Assert.True(
                list.Select(protein => set.Names[protein]).Order().SequenceEqual(other.Select(protein => turned.Names[protein]).Order()),
                name);
        }
    }

    [Fact]
    public void TooFewProteinsAreAnErrorThatNamesTheList()
    {
        var message = Assert.Throws<JobException>(() =>
            new ProteinSet([new Protein("p", "ACDEFGHIK"), new Protein("q", "WWWWWWWWW")])).Message;
        Assert.Contains("2 proteins in 2 components none falls to", message, StringComparison.Ordinal);
        Assert.Contains("--data", message, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoProteinsOfOneNameAreAnError() => Assert.Contains(
        "'p' is in the file 2 times",
        Assert.Throws<JobException>(() => new ProteinSet([new Protein("p", "AC"), new Protein("p", "DE")])).Message,
        StringComparison.Ordinal);

    [Fact]
    public void AComponentThatIsTornApartIsNoticed()
    {
        // Components that hold every protein alone say that relatives are strangers.
        var set = SmallProteins.Set;
        int[][] alone = [.. Enumerable.Range(0, set.Names.Count).Select(protein => new[] { protein })];
        int[] firsts = [.. set.Components[0]];
        int[][] torn = [firsts, .. alone.Where(one => !firsts.Contains(one[0]))];
        Assert.Contains(
            "share a word", Assert.Throws<JobException>(() => ProteinSplit.Of(set.Names, torn, KmerIndex.Of(set.Residues))).Message,
            StringComparison.Ordinal);
        int[][] twice = [.. set.Components, [set.Components[1][0]]];
        Assert.Contains(
            "two lists", Assert.Throws<JobException>(() => ProteinSplit.Of(set.Names, twice, KmerIndex.Of(set.Residues))).Message,
            StringComparison.Ordinal);
        Assert.Contains("no list", Assert.Throws<JobException>(() =>
            ProteinSplit.Of(set.Names, [.. set.Components.SkipLast(1)], KmerIndex.Of(set.Residues))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheRealProteinsAreSplitAsTheReadmeSays()
    {
        var set = ProteinSet.Load(Path.Combine(AppContext.BaseDirectory, "data", "proteins-large.fasta.gz"));
        Assert.Equal((11_936, 4_026_529), (set.Residues.Count, set.Residues.Sum(residues => residues.Length)));
        Assert.Equal((2_998, 4_699, 42), (set.Components.Count, set.Components[0].Length, set.Components[1].Length));
        Assert.Equal([10_558, 233, 501, 644], [set.Split.Training.Count, .. set.Split.HeldOut.Select(list => list.Proteins.Count)]);
        CheckSplit(set);
    }

    private static void CheckSplit(ProteinSet set)
    {
        var split = set.Split;
        Assert.Equal(
            Enumerable.Range(0, set.Names.Count),
            split.Training.Concat(split.Validation).Concat(split.Test).Concat(split.OutOfDistribution).Order());
        HashSet<int> largest = [.. set.Components[0]];
        Assert.All(split.Validation.Concat(split.Test), protein => Assert.Contains(protein, largest));
        Assert.DoesNotContain(split.OutOfDistribution, largest.Contains);

        // With the words of every training protein at hand, not by way of components or of the index.
        HashSet<ulong> learned = [.. split.Training.SelectMany(protein => KmerIndex.Words(set.Residues[protein]))];
        Assert.DoesNotContain(split.OutOfDistribution, protein => KmerIndex.Words(set.Residues[protein]).Any(learned.Contains));
    }
}
