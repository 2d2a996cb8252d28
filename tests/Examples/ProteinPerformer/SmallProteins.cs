using KernelGen.Examples;
using KernelGen.Examples.ProteinPerformer;

namespace KernelGen.Tests.Examples.Proteins;

/// <summary>
/// Made-up proteins with a known graph of relatives: a large family, in which each shares words with its neighbours, and many small ones.
/// </summary>
internal static class SmallProteins
{
    /// <summary>The proteins of the large family.</summary>
    public const int Large = 120;

    /// <summary>The small families, of 1 to 4 proteins.</summary>
    public const int Small = 60;

    /// <summary>All of them, in an order that has nothing to do with families.</summary>
    public static ProteinSet Set { get; } = new(Make());

    private static Protein[] Make()
    {
        var random = new Random(7);
        string Draw(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => Vocabulary.AminoAcids[random.Next(20)]));
        var proteins = new List<Protein>();

        // Neighbours in the chain share a piece of 8 to 30 residues.
        var piece = Draw(20);
        for (var i = 0; i < Large; i++)
        {
            var next = Draw(random.Next(8, 31));
            proteins.Add(new Protein($"L{i:D3}", Draw(random.Next(5, 60)) + piece + Draw(random.Next(5, 60)) + next));
            piece = next;
        }

        for (var family = 0; family < Small; family++)
        {
            var common = Draw(24);
            for (var member = 0; member <= family % 4; member++)
            {
                proteins.Add(new Protein($"S{family:D2}-{member}", Draw(random.Next(5, 60)) + common + Draw(random.Next(5, 60))));
            }
        }

        Protein[] mixed = [.. proteins];
        random.Shuffle(mixed);
        return mixed;
    }
}
