namespace KernelGen.Generator.Tiles;

/// <summary>A tensor that a call hands to a program: of each head its tokens by <see cref="Columns"/>.</summary>
/// <remarks>
/// The record of the runtime, KernelGen.CompilerServices.Operand, says the same of a kernel. All that checks calls, finds heads or prints
/// members walks the list of these; nothing but <see cref="AttentionOperands"/> knows one by its name.
/// </remarks>
internal sealed class Operand
{
    public Operand(string name, TokenAxis axis, Dim columns, OperandAccess access)
    {
        Name = name;
        Axis = axis;
        Columns = columns;
        Access = access;
        SharedBy = axis == TokenAxis.Keys ? OperandSharing.Group : OperandSharing.None;
        Length = new TokenIndex.Length(this);
    }

    /// <summary>Unique in a program, and the same in all programs of a layer: the name of the argument of a call.</summary>
    public string Name { get; }

    /// <summary>The tokens that it has rows for.</summary>
    public TokenAxis Axis { get; }

    public bool IsOfKeys => Axis == TokenAxis.Keys;

    /// <summary>
    /// The rows that it has: one for each position that a token can have, of which a sequence reads or writes as many as it has tokens.
    /// Null: as many as there are tokens.
    /// </summary>
    public int? Positions { get; init; }

    /// <summary>Whether it has a row for each position, and an index is of tokens, of which there are no more.</summary>
    public bool HasAllOf(TokenIndex index) =>
        Positions is not null && index is TokenIndex.Length { Operand: { IsOfKeys: true, Positions: null } };

    /// <summary>Whether it is one row, and no tokens.</summary>
    public bool IsTable => Axis == TokenAxis.None;

    public Dim Columns { get; }

    public OperandAccess Access { get; }

    /// <summary>The heads that see the same memory.</summary>
    public OperandSharing SharedBy { get; init; }

    public OperandSource Source { get; init; }

    /// <summary>Whether it may be missing: what is stored to it is then not computed, and what is loaded from it is 0.</summary>
    public bool IsOptional { get; init; }

    /// <summary>What it is the sum of, token by token; null where it is not (<see cref="OperandSource.RunningSum"/>).</summary>
    public Summands? SumOf { get; init; }

    /// <summary>The type of its numbers.</summary>
    public OperandElement Element { get; init; }

    /// <summary>Its tokens.</summary>
    public TokenIndex Length { get; }

    public override string ToString() => Name;
}

/// <summary>The two sequences of a head.</summary>
internal enum TokenAxis
{
    Queries,
    Keys,

    /// <summary>None: it is one row, a table that programs look numbers up in.</summary>
    None,
}

/// <summary>
/// What a program does to an operand. The generator's copy of the runtime's, with the same names and numbers, as are the next ones; a test
/// compares them.
/// </summary>
internal enum OperandAccess
{
    Read = 0,

    /// <summary>Every row is overwritten.</summary>
    Write = 1,

    /// <summary>Every row is overwritten or added to, as the caller chooses: a gradient. Heads that share it add up.</summary>
    Accumulate = 2,
}

/// <summary>
/// The heads that see the same memory. A number has a bit for each of three: whether heads of a group do, all heads of a sequence, and
/// those of all sequences. So the bits of two are who shares either.
/// </summary>
internal enum OperandSharing
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
internal enum OperandSource
{
    /// <summary>Whoever calls hands it in.</summary>
    Caller = 0,

    /// <summary>It is what a forward call keeps for a backward call, contiguous for each head.</summary>
    Kept = 1,

    /// <summary>It is a parameter of the layer, packed before any call.</summary>
    Layer = 2,

    /// <summary>
    /// It is, in powers of two, the sum over the tokens so far of a number of each, which the engine adds up before the kernels run; or,
    /// where it is written, what such sums are made of after they have run: the gradient of the sums.
    /// </summary>
    RunningSum = 3,
}

/// <summary>What a running sum adds up.</summary>
/// <param name="Operand">What callers hand in, a number for each token; null where it is constant.</param>
/// <param name="Constants">A number for each query head in its place.</param>
internal sealed record Summands(Operand? Operand, IReadOnlyList<float>? Constants)
{
    /// <summary>
    /// What numbers below it count as: it is less than every float in a few tokens, whatever they are. The runtime's has the same.
    /// </summary>
    public const float Least = -16_384;
}

/// <summary>The type of the numbers of an operand.</summary>
internal enum OperandElement
{
    Float32 = 0,

    /// <summary>Whole numbers: programs ask for them in conditions and numbers of positions.</summary>
    Int32 = 1,
}
