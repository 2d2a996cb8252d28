using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// One thing that a kernel is handed: a tensor of the call, what a forward call keeps for a backward call, or the parameters of the layer.
/// A kernel lists its operands (<see cref="IAttentionKernel.Operands"/>); what checks calls, finds heads and steps from token to token
/// walks the list.
/// </summary>
/// <param name="Name">The name in the program of the kernel, unique there and the same in all kernels of a layer.</param>
/// <param name="Rows">What it has a row for.</param>
/// <param name="Columns">Numbers of a row.</param>
/// <param name="Access">What the kernel does to it.</param>
/// <param name="SharedBy">The heads that see the same memory.</param>
/// <param name="Source">Who has its memory.</param>
/// <param name="IsOptional">Whether it may be missing, and its reference null.</param>
/// <param name="Element">The type of its numbers.</param>
/// <param name="SumOf">
/// Of a <see cref="OperandSource.RunningSum"/>: the operand of callers that it adds up, or whose gradient is made of it; null: constants.
/// </param>
/// <param name="SumOfConstants">What it adds up at each token of a query head; null where callers say it.</param>
/// <param name="Positions">
/// The rows that it has, one for each position that a token can have, whatever the shape: [heads, positions, columns] in both layouts. 0:
/// as many as there are tokens.
/// </param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record Operand(
    string Name, OperandRows Rows, int Columns, OperandAccess Access, OperandSharing SharedBy = OperandSharing.None,
    OperandSource Source = OperandSource.Caller, bool IsOptional = false, OperandElement Element = OperandElement.Float32,
    string? SumOf = null, float[]? SumOfConstants = null, int Positions = 0)
{
    /// <summary>Whether all heads of a sequence see the same memory.</summary>
    internal bool IsSharedByHeads => (SharedBy & OperandSharing.Sequence) == OperandSharing.Sequence;

    /// <summary>Whether all sequences see the same memory.</summary>
    internal bool IsSharedBySequences => (SharedBy & OperandSharing.Batch) == OperandSharing.Batch;

    /// <summary>Whether heads of a group see the same memory, and others have their own.</summary>
    internal bool IsOfGroups => SharedBy != OperandSharing.None && !IsSharedByHeads;

    /// <summary>The rows of a head: tokens, positions, or 1.</summary>
    internal int RowsOf(in AttentionShape shape) =>
        Positions > 0 ? Positions
        : Rows == OperandRows.Queries ? shape.QueryLength
        : Rows == OperandRows.Keys ? shape.KeyLength
        : 1;

    /// <summary>The heads of each sequence that it has memory for.</summary>
    internal int HeadsOf(in AttentionShape shape) => IsSharedByHeads ? 1 : IsOfGroups ? shape.KeyHeads : shape.Heads;

    /// <summary>The order of its axes in memory.</summary>
    internal TensorLayout LayoutIn(in AttentionShape shape) =>
        Source != OperandSource.Caller || Positions > 0 ? TensorLayout.BatchHeadLengthDim : shape.Layout;

    /// <summary>Whether its sequences are an axis: not where all share it, nor where their tokens are one run.</summary>
    internal bool HasSequences(in AttentionShape shape) =>
        !IsSharedBySequences && !(shape.PacksSequences && Rows != OperandRows.None);

    /// <summary>The length of that axis; 1 where there is none.</summary>
    internal int BatchOf(in AttentionShape shape) => HasSequences(shape) ? shape.Batch : 1;

    /// <summary>The query heads of a call that see the same of it.</summary>
    internal int Sharers(in AttentionShape shape) =>
        HeadsOf(shape) == 0 ? 1 : (IsSharedBySequences ? shape.Batch : 1) * (shape.Heads / HeadsOf(shape));

    /// <summary>
    /// The axes of its tensor in a call: sequences, heads and rows in the order of the layout, columns; without those that it has not. A
    /// tensor of packed sequences has one sequence; numbers of tokens have no axis of columns.
    /// </summary>
    /// <param name="shape">The sizes.</param>
    public long[] AxesIn(AttentionShape shape)
    {
        long[] heads = IsSharedByHeads ? [] : [HeadsOf(shape)];
        long[] rows = Rows == OperandRows.None ? [] : [RowsOf(shape)];
        return
        [
            .. IsSharedBySequences ? Array.Empty<long>() : [BatchOf(shape)],
            .. LayoutIn(shape) == TensorLayout.BatchHeadLengthDim ? heads.Concat(rows) : rows.Concat(heads),
            .. Columns > 1 || Rows == OperandRows.None ? [Columns] : Array.Empty<long>(),
        ];
    }

    /// <summary>Whether the kernel writes it.</summary>
    internal bool IsWritten => Access != OperandAccess.Read;

    /// <summary>
    /// Whether it is the gradient of a table: one row that heads add to wherever their tokens say. A kernel is given sums of its own for
    /// each head, in double, which are added up in the order of the heads.
    /// </summary>
    internal bool IsTableGradient => Rows == OperandRows.None && Access == OperandAccess.Accumulate;
}

/// <summary>What an operand has a row for.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum OperandRows
{
    /// <summary>Each query.</summary>
    Queries = 0,

    /// <summary>Each key.</summary>
    Keys = 1,

    /// <summary>No token: it is one row.</summary>
    None = 2,
}

/// <summary>What a kernel does to an operand.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum OperandAccess
{
    /// <summary>It reads it.</summary>
    Read = 0,

    /// <summary>It overwrites every row.</summary>
    Write = 1,

    /// <summary>It overwrites or adds to every row, as the caller chooses: a gradient. Heads that share it add up.</summary>
    Accumulate = 2,
}

/// <summary>
/// The heads that see the same memory of an operand. A number has a bit for each of three: whether heads of a group do, all heads of a
/// sequence, and those of all sequences. So the bits of two are who shares either.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum OperandSharing
{
    /// <summary>None: each query head has its own.</summary>
    None = 0,

    /// <summary>The query heads of a group, which have one head of keys and values.</summary>
    Group = 1,

    /// <summary>All heads of a sequence.</summary>
    Sequence = 3,

    /// <summary>The query heads of a group, in all sequences.</summary>
    Batch = 5,

    /// <summary>All heads of all sequences.</summary>
    Everyone = 7,
}

/// <summary>Who has the memory of an operand.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum OperandSource
{
    /// <summary>Whoever calls hands it in.</summary>
    Caller = 0,

    /// <summary>It is what a forward call keeps for a backward call, contiguous for each head.</summary>
    Kept = 1,

    /// <summary>It is a parameter of the layer, packed before any call; <see cref="IAttentionKernel.PackParameters"/> says how.</summary>
    Layer = 2,

    /// <summary>
    /// It is, in powers of two, the sum over the tokens so far of a number of each, which the engine adds up before the kernels run; or,
    /// where it is written, what such sums are made of after they have run: the gradient of the sums.
    /// </summary>
    RunningSum = 3,
}

/// <summary>The type of the numbers of an operand.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum OperandElement
{
    /// <summary>float.</summary>
    Float32 = 0,

    /// <summary>int, whose bits lie where those of a float would.</summary>
    Int32 = 1,
}
