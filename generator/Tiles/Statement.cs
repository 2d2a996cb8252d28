using System.Runtime.CompilerServices;
using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Tiles;

/// <summary>
/// One step of a tile program. About ten kinds serve every attention family; what a kind does is exactly what it says here. Two steps that
/// say the same are still two: statements are equal only to themselves.
/// </summary>
internal abstract record Statement
{
    public virtual bool Equals(Statement? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    /// <summary>What the cases give for a statement of its kind.</summary>
    public abstract T Match<T>(IStatementCases<T> cases);
}

/// <summary>
/// Target = the tokens of the source at the current tile of a loop. Tokens past the source's length read as zeros and are not touched.
/// </summary>
internal sealed record Load(Tile Target, Operand Source, TokenLoop Loop) : Statement
{
    /// <summary>By which tokens are rotated before anything reads them; null: they are what they are.</summary>
    public Rotation? Rotation { get; init; }

    /// <summary>
    /// Whether the loop is over queries and the source has a row for each key: a query takes that of the key where it stands.
    /// </summary>
    public bool IsAtPositions { get; init; }

    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

/// <summary>
/// Target = the rows of the source whose numbers are differences of positions: the rows of the target are a band, and each is the row of
/// the source with the number (position of the query) − (position along the other axis). Rows that the source has not are zeros.
/// </summary>
internal sealed record LoadBand(Tile Target, Operand Source) : Statement
{
    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

/// <summary>
/// Target = the source with its columns in another order. Where the columns of the source are a band, row by row the elements that belong
/// to the columns of the target: with n rows, target[r, c] = source[r, n − 1 − r + c], which is the same memory with rows one number
/// closer together. Where those of the target are a band, the adjoint: these elements of the target, and zeros elsewhere.
/// </summary>
/// <remarks>Source: Dai et al., "Transformer-XL", arXiv:1901.02860, appendix B, where it is called a shift.</remarks>
internal sealed record Skew(Tile Target, Tile Source) : Statement
{
    /// <summary>Whether it goes from columns to a band.</summary>
    public bool IsAdjoint => Target.Columns.Between is not null;

    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

/// <summary>
/// Writes the rows of a tile to the tokens of the current tile of a loop; inside <see cref="Runs"/> only those of the run.
/// </summary>
internal sealed record Store(Operand Destination, Tile Source, TokenLoop Loop) : Statement
{
    /// <summary>
    /// By which loads have rotated what this is the gradient of: it is rotated back, in place, so nothing else reads the tile. Null: by
    /// nothing.
    /// </summary>
    public Rotation? Rotation { get; init; }

    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

/// <summary>
/// Target (+)= op(A)·op(B): the only place where work is a product of three sizes. An accumulating product is summed from zero and added
/// once. Into a member of a <see cref="State"/> it is added so that rounding does not grow with the number of tiles: how is the backend's
/// affair.
/// </summary>
internal sealed record MatMul(
    Tile Target, Tile A, bool TransposeA, Tile B, bool TransposeB, Structure Structure, bool Accumulate) : Statement
{
    /// <summary>
    /// A backend adds up so many summands from zero at a time, and then these parts: rounding grows with the larger number of the two.
    /// </summary>
    public const int MostSummands = 512;

    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

/// <summary>Which elements of the product of a <see cref="MatMul"/>, or of its left operand, are not zero by construction.</summary>
internal enum Structure
{
    Full,

    /// <summary>The target is lower triangular: elements right of the diagonal are not computed and are 0.</summary>
    LowerTarget,

    /// <summary>The left operand is lower triangular.</summary>
    LowerLeft,
}

/// <summary>
/// Target = an expression for every element. With several branches the target's columns are that many segments, one expression for each,
/// evaluated over the columns of one segment.
/// </summary>
internal sealed record Map(Tile Target, IReadOnlyList<Expr> Branches) : Statement
{
    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

/// <summary>Target = a column vector of tokens as a row vector, so that it broadcasts along the other axis.</summary>
internal sealed record Transpose(Tile Target, Tile Source) : Statement
{
    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

/// <summary>
/// Target (+)= the reduction of an expression over <paramref name="Rows"/> × <paramref name="Columns"/>: over the columns when the target
/// is a column vector, over the rows when it is a row vector. With a <paramref name="Rest"/>, of the shape of the target, a sum is computed
/// in twice the precision of float32: the target is the sum rounded, the rest what rounding took away.
/// </summary>
internal sealed record Reduce(
    Tile Target, Reduction Reduction, Expr Body, Dim Rows, Dim Columns, bool Accumulate, Tile? Rest = null) : Statement
{
    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

internal enum Reduction
{
    Sum,
    Max,
}

/// <summary>
/// Where any candidate exceeds its reference by more than the threshold: reference = max(reference, candidate), and the other members of
/// the state are rescaled by 2^(old − new), factors below 2^-64 being exactly 0. A backend may decide for groups of rows on their own.
/// </summary>
internal sealed record Rebase(State State, Tile Candidate, double Threshold) : Statement
{
    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

/// <summary>
/// The causal reference rule. Cuts the rows of a tile of logarithms, whose elements are an expression and need not be kept, into runs [r0,
/// r1) whose elements exceed the state's reference by at most Threshold, raising the reference at the first row of each to that row's
/// logarithms if needed, and executes the body for each run; then raises it to the maxima of the run if any exceeds it by more than Rise.
/// What a row sees depends on no later row, and that to the bit.
/// </summary>
internal sealed record Runs(
    Tile Logarithms, Expr Values, State State, double Threshold, double Rise, IReadOnlyList<Statement> Body) : Statement
{
    /// <summary>What is executed between two runs of a tile: a backend's, to make again what the body has overwritten.</summary>
    public IReadOnlyList<Statement> Between { get; init; } = [];

    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

/// <summary>
/// Adds each element of a tile of queries and keys to the number of a table at the index that its row and column make. Tiles add to a table
/// one after the other, in the order of the loops.
/// </summary>
internal sealed record AddToTable(TableEntry Entry, Tile Source) : Statement
{
    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

/// <summary>Sets a state to its start and runs the body for each tile of a range, in order.</summary>
internal sealed record Fold(TokenLoop Loop, State State, IReadOnlyList<Statement> Body) : Statement
{
    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

/// <summary>Runs the body for each tile of a range; the tiles are independent.</summary>
internal sealed record Parallel(TokenLoop Loop, IReadOnlyList<Statement> Body) : Statement
{
    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

/// <summary>Runs the body for each value of a counter from 0; the iterations are independent.</summary>
internal sealed record ForEach(TokenIndex.Counter Counter, int Count, IReadOnlyList<Statement> Body) : Statement
{
    public override T Match<T>(IStatementCases<T> cases) => cases.Of(this);
}

/// <summary>
/// A loop over tiles of the positions [From, To). Position p is token Offset + Stride·p of the tensors, so a dilated pattern
/// is a plain range, and so are tokens from the last to the first.
/// </summary>
internal sealed record TokenLoop(Dim Tokens, TokenIndex From, TokenIndex To, TokenIndex Offset, int Stride)
{
    /// <summary>
    /// Which tokens the current tile of another loop around it sees, or is seen by: tiles of none of them are not visited. Null: all are.
    /// </summary>
    public Sight? Sight { get; init; }
}
