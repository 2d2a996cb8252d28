namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Rows of one length, padded at their ends, with what a model is asked at each position. All arrays are [rows, length].</summary>
internal sealed class Batch
{
    /// <summary>The target of a position that is asked for nothing; the value that torch's cross entropy ignores.</summary>
    public const long Ignored = -100;

    /// <summary>A batch of padding.</summary>
    public Batch(int rows, int length)
    {
        Rows = rows;
        Length = length;
        Inputs = new long[rows * length];
        Targets = new long[rows * length];
        Counted = new bool[rows * length];
        Proteins = new int[rows * length];
        Relatives = new int[rows * length];
        Lengths = new int[rows];
        Array.Fill(Inputs, Tokens.Padding);
        Array.Fill(Targets, Ignored);
        Array.Fill(Proteins, -1);
        Array.Fill(Relatives, -1);
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of positions of a row.</summary>
    public int Length { get; }

    /// <summary>What the model reads, a number below <see cref="Tokens.Count"/> a position.</summary>
    public long[] Inputs { get; }

    /// <summary>The amino acid that it is to answer with, 0 to 19, where there is loss, and <see cref="Ignored"/> elsewhere.</summary>
    public long[] Targets { get; }

    /// <summary>The positions on which accuracy and perplexity are counted: a part of those that have a target.</summary>
    public bool[] Counted { get; }

    /// <summary>At positions with a target, the index of the protein that it is of; −1 elsewhere.</summary>
    public int[] Proteins { get; }

    /// <summary>At positions with a target, how many relatives of the protein the model sees there; −1 elsewhere.</summary>
    public int[] Relatives { get; }

    /// <summary>The tokens of each row without its padding, [rows].</summary>
    public int[] Lengths { get; }
}
