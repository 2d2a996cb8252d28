namespace KernelGen.Generator.Tiles;

/// <summary>A whole number that is known when a kernel runs: a length, a loop position, or arithmetic on those.</summary>
internal abstract record TokenIndex
{
    public static implicit operator TokenIndex(int value) => new Constant(value);

    public static TokenIndex operator +(TokenIndex a, TokenIndex b) => new Arithmetic('+', a, b);

    public static TokenIndex operator -(TokenIndex a, TokenIndex b) => new Arithmetic('-', a, b);

    public static TokenIndex Min(TokenIndex a, TokenIndex b) => new Extremum(IsMax: false, a, b);

    public static TokenIndex Max(TokenIndex a, TokenIndex b) => new Extremum(IsMax: true, a, b);

    /// <summary>The numbers of the form offset + i·stride below the length: how many positions a strided range has.</summary>
    public static TokenIndex CountOfStride(TokenIndex length, TokenIndex offset, int stride) => new StridedCount(length, offset, stride);

    /// <summary>A literal.</summary>
    public sealed record Constant(int Value) : TokenIndex;

    /// <summary>The tokens of a tensor argument.</summary>
    public sealed record Length(TensorArgument Tensor) : TokenIndex;

    /// <summary>The position of the first token of the current tile of a loop.</summary>
    public sealed record Start(Dim Tokens) : TokenIndex;

    /// <summary>The position after the last token of the current tile of a loop.</summary>
    public sealed record End(Dim Tokens) : TokenIndex;

    /// <summary>The counter of a <see cref="ForEach"/>.</summary>
    public sealed record Counter(string Name) : TokenIndex;

    public sealed record Arithmetic(char Operator, TokenIndex Left, TokenIndex Right) : TokenIndex;

    public sealed record Extremum(bool IsMax, TokenIndex Left, TokenIndex Right) : TokenIndex;

    public sealed record StridedCount(TokenIndex Total, TokenIndex Offset, int Stride) : TokenIndex;
}
