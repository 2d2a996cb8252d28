namespace KernelGen.Generator.Tiles;

/// <summary>A whole number that is known when a kernel runs: a length, a loop position, or arithmetic on those.</summary>
internal abstract record TokenIndex
{
    public static implicit operator TokenIndex(int value) => new Constant(value);

    public static TokenIndex operator +(TokenIndex a, TokenIndex b) => new Sum(a, b);

    public static TokenIndex operator -(TokenIndex a, TokenIndex b) => new Difference(a, b);

    public static TokenIndex Min(TokenIndex a, TokenIndex b) => new Extremum(IsMax: false, a, b);

    public static TokenIndex Max(TokenIndex a, TokenIndex b) => new Extremum(IsMax: true, a, b);

    /// <summary>The numbers of the form offset + i·stride below the length: how many positions a strided range has.</summary>
    public static TokenIndex CountOfStride(TokenIndex length, TokenIndex offset, int stride) => new StridedCount(length, offset, stride);

    /// <summary>What the cases give for an index of its kind.</summary>
    public abstract T Match<T>(ITokenIndexCases<T> cases);

    /// <summary>The index and all that it is made of.</summary>
    public IEnumerable<TokenIndex> Flatten() => this.Match<IEnumerable<TokenIndex>>(
        constant: _ => [], length: _ => [], start: _ => [], end: _ => [], counter: _ => [], sum: sum => [sum.Left, sum.Right],
        difference: difference => [difference.Left, difference.Right], extremum: extremum => [extremum.Left, extremum.Right],
        stridedCount: count => [count.Total, count.Offset]).SelectMany(part => part.Flatten()).Prepend(this);

    /// <summary>A literal.</summary>
    public sealed record Constant(int Value) : TokenIndex
    {
        public override T Match<T>(ITokenIndexCases<T> cases) => cases.Of(this);
    }

    /// <summary>The tokens of a tensor argument.</summary>
    public sealed record Length(Operand Operand) : TokenIndex
    {
        public override T Match<T>(ITokenIndexCases<T> cases) => cases.Of(this);
    }

    /// <summary>The position of the first token of the current tile of a loop.</summary>
    public sealed record Start(Dim Tokens) : TokenIndex
    {
        public override T Match<T>(ITokenIndexCases<T> cases) => cases.Of(this);
    }

    /// <summary>The position after the last token of the current tile of a loop.</summary>
    public sealed record End(Dim Tokens) : TokenIndex
    {
        public override T Match<T>(ITokenIndexCases<T> cases) => cases.Of(this);
    }

    /// <summary>The counter of a <see cref="ForEach"/>.</summary>
    public sealed record Counter(string Name) : TokenIndex
    {
        public override T Match<T>(ITokenIndexCases<T> cases) => cases.Of(this);
    }

    public sealed record Sum(TokenIndex Left, TokenIndex Right) : TokenIndex
    {
        public override T Match<T>(ITokenIndexCases<T> cases) => cases.Of(this);
    }

    public sealed record Difference(TokenIndex Left, TokenIndex Right) : TokenIndex
    {
        public override T Match<T>(ITokenIndexCases<T> cases) => cases.Of(this);
    }

    public sealed record Extremum(bool IsMax, TokenIndex Left, TokenIndex Right) : TokenIndex
    {
        public override T Match<T>(ITokenIndexCases<T> cases) => cases.Of(this);
    }

    /// <summary>⌈(Total − Offset) / Stride⌉, at least 0.</summary>
    public sealed record StridedCount(TokenIndex Total, TokenIndex Offset, int Stride) : TokenIndex
    {
        public override T Match<T>(ITokenIndexCases<T> cases) => cases.Of(this);
    }
}
