namespace KernelGen.Generator.Tiles;

/// <summary>What a tensor argument of a program is to the caller.</summary>
internal enum TensorRole
{
    Query,
    Key,
    Value,
    Output,

    /// <summary>The logarithm of a query's normaliser; the caller may not want it, and stores to it are then skipped.</summary>
    LogSumExp,

    /// <summary>What the logarithm of the normaliser has lost as one float, in powers of two; a caller who wants that may not want this.</summary>
    LogSumExpRest,

    /// <summary>∂loss/∂output.</summary>
    OutputGradient,

    /// <summary>∂loss/∂query, written or added to as the caller chooses; so are the next two.</summary>
    QueryGradient,

    KeyGradient,
    ValueGradient,

    /// <summary>1 / normaliser of each query, which one program leaves for the next.</summary>
    Reciprocal,

    /// <summary>An input that no backend passes yet; only the interpreter of the tests does.</summary>
    Other,
}

/// <summary>One head's tensor, tokens by <see cref="Columns"/>, given by the caller.</summary>
internal sealed class TensorArgument
{
    public TensorArgument(TensorRole role, string name, Dim columns)
    {
        Role = role;
        Name = name;
        Columns = columns;
        Length = new TokenIndex.Length(this);
    }

    public TensorRole Role { get; }

    public string Name { get; }

    public Dim Columns { get; }

    /// <summary>Whether its tokens are those of the keys, not of the queries.</summary>
    public bool HasTokensOfKeys => Role is TensorRole.Key or TensorRole.Value or TensorRole.KeyGradient or TensorRole.ValueGradient;

    /// <summary>Whether the caller may not want it.</summary>
    public bool IsOptional => Role is TensorRole.LogSumExp or TensorRole.LogSumExpRest;

    /// <summary>Whether stores to it may add to what is there.</summary>
    public bool IsGradient => Role is TensorRole.QueryGradient or TensorRole.KeyGradient or TensorRole.ValueGradient;

    /// <summary>Its tokens.</summary>
    public TokenIndex Length { get; }

    public override string ToString() => Name;
}
