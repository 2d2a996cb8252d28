using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// One head of one call, as an emitted kernel sees it: where its operands start and how far apart their rows are. The engine has checked
/// every size and holds the memory still; emitted code needs no unsafe context because it only sees references.
/// </summary>
/// <remarks>Operands are told apart by their place in <see cref="IAttentionKernel.Operands"/>.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct HeadOperands
{
    /// <summary>The most operands of a kernel.</summary>
    internal const int Most = CallMemory.Slots + 1;

    private readonly OperandPlace* _places;

    /// <param name="places">Of each operand; they stay where they are as long as this is used.</param>
    /// <param name="queryLength">Queries of this head.</param>
    /// <param name="keyLength">Keys of this head that count.</param>
    internal HeadOperands(OperandPlace* places, int queryLength, int keyLength)
    {
        _places = places;
        QueryLength = queryLength;
        KeyLength = keyLength;
    }

    /// <summary>The first number of an operand; a null reference where it is missing.</summary>
    public ref float this[int operand] => ref *_places[operand].Start;

    /// <summary>Floats from one row of an operand to the next.</summary>
    public nint Stride(int operand) => _places[operand].Stride;

    /// <summary>Queries of this head, in tokens.</summary>
    public int QueryLength { get; }

    /// <summary>Keys of this head that count, in tokens.</summary>
    public int KeyLength { get; }

    /// <summary>The position of the first query among the keys: queries are the last of them.</summary>
    public int FirstPosition { get; internal init; }

    /// <summary>The position of the first key by which tokens are rotated: 0, but where a stream goes on.</summary>
    public long KeyPosition { get; internal init; }

    /// <summary>The positions that there are: those of the queries, and all before them.</summary>
    public int Positions => FirstPosition + QueryLength;

    /// <summary>The query head of the sequence.</summary>
    public int Head { get; internal init; }

    /// <summary>Whether no token is in the state yet. The kernel then starts the state itself, whatever is in its memory.</summary>
    public bool StartsEmpty { get; internal init; }

    /// <summary>Whether the state is read once the kernel has gone through its tokens; otherwise it may be left unfinished.</summary>
    public bool KeepsState { get; internal init; }

    /// <summary>
    /// Whether all keys and queries of the head are so few (<see cref="IAttentionKernel.ShortTokens"/>) that one pass over the parameters
    /// serves both. <see cref="StartsEmpty"/> then holds for the whole head, and the state is not made.
    /// </summary>
    public bool IsShort { get; internal init; }

    /// <summary>Whether gradients are added to what is there; otherwise they overwrite it.</summary>
    public bool AddsGradients { get; internal init; }
}

/// <summary>Where an operand of one head is.</summary>
internal unsafe struct OperandPlace
{
    /// <summary>Its first number; null: it is missing.</summary>
    public float* Start;

    /// <summary>Floats from one row to the next.</summary>
    public nint Stride;
}
