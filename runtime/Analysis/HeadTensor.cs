namespace KernelGen;

/// <summary>The rows of one head within a tensor of many, in either layout.</summary>
internal readonly ref struct HeadTensor
{
    private readonly ReadOnlySpan<float> _tensor;
    private readonly nint _start;
    private readonly nint _stride;
    private readonly int _dim;

    private HeadTensor(ReadOnlySpan<float> tensor, TensorLayout layout, int heads, int length, int dim, int batch, int head)
    {
        var headFirst = layout == TensorLayout.BatchHeadLengthDim;
        _tensor = tensor;
        _dim = dim;
        _stride = headFirst ? dim : (nint)heads * dim;
        _start = headFirst
            ? ((nint)batch * heads + head) * length * dim
            : ((nint)batch * length * heads + head) * dim;
    }

    /// <summary>Finds a head of queries; sizes are already checked.</summary>
    /// <param name="tensor">The whole tensor.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="dim">Numbers of a token.</param>
    /// <param name="batch">Which sequence.</param>
    /// <param name="head">Which query head of it.</param>
    public static HeadTensor OfQueries(ReadOnlySpan<float> tensor, in AttentionShape shape, int dim, int batch, int head) =>
        new(tensor, shape.Layout, shape.Heads, shape.QueryLength, dim, batch, head);

    /// <summary>Finds the head of keys or values that a query head sees.</summary>
    /// <inheritdoc cref="OfQueries"/>
    public static HeadTensor OfKeys(ReadOnlySpan<float> tensor, in AttentionShape shape, int dim, int batch, int head) =>
        new(tensor, shape.Layout, shape.KeyHeads, shape.KeyLength, dim, batch, head / (shape.Heads / shape.KeyHeads));

    /// <summary>One token.</summary>
    public ReadOnlySpan<float> this[int token] => _tensor.Slice((int)(_start + token * _stride), _dim);

    /// <summary>The numbers of a token, from the length of a whole tensor.</summary>
    /// <exception cref="ArgumentException">The shape has no token, or the length is no multiple of its tokens.</exception>
    public static int Dim(int numbers, int batch, int heads, int length, string name)
    {
        var tokens = (Int128)((long)batch * heads) * length;
        if (tokens == 0)
        {
            throw new ArgumentException(
                $"The shape, batch {batch} × heads {heads} × length {length}, has 0 tokens; at least 1 is needed.", "shape");
        }

        if (numbers == 0 || numbers % tokens != 0)
        {
            throw new ArgumentException(
                $"{name} holds {numbers} numbers, but must hold a multiple of batch {batch} × heads {heads} × length {length} = {tokens}.",
                name);
        }

        return (int)(numbers / tokens);
    }

    /// <summary>Copies tokens as double, times a factor.</summary>
    public void CopyTo(int first, int count, double factor, Span<double> destination)
    {
        for (var token = 0; token < count; token++)
        {
            Scale(this[first + token], factor, destination.Slice(token * _dim, _dim));
        }
    }

    /// <summary>destination = factor · source.</summary>
    public static void Scale(ReadOnlySpan<float> source, double factor, Span<double> destination)
    {
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = factor * source[i];
        }
    }
}
