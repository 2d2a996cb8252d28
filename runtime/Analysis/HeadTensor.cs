namespace KernelGen;

/// <summary>The rows of one head within a tensor of many, in either layout.</summary>
internal readonly ref struct HeadTensor
{
    private readonly ReadOnlySpan<float> _tensor;
    private readonly nint _start;
    private readonly nint _stride;
    private readonly int _dim;

    /// <summary>Finds the head; sizes are already checked.</summary>
    /// <param name="tensor">The whole tensor.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="length">Tokens of each head in it.</param>
    /// <param name="dim">Numbers of a token.</param>
    /// <param name="batch">Which sequence.</param>
    /// <param name="head">Which head of it.</param>
    public HeadTensor(ReadOnlySpan<float> tensor, in AttentionShape shape, int length, int dim, int batch, int head)
    {
        bool headFirst = shape.Layout == TensorLayout.BatchHeadLengthDim;
        _tensor = tensor;
        _dim = dim;
        _stride = headFirst ? dim : (nint)shape.Heads * dim;
        _start = headFirst
            ? ((nint)batch * shape.Heads + head) * length * dim
            : ((nint)batch * length * shape.Heads + head) * dim;
    }

    /// <summary>One token.</summary>
    public ReadOnlySpan<float> this[int token] => _tensor.Slice((int)(_start + token * _stride), _dim);

    /// <summary>The numbers of a token, from the length of a whole tensor.</summary>
    /// <exception cref="ArgumentException">The shape has no token, or the length is no multiple of its tokens.</exception>
    public static int Dim(int numbers, in AttentionShape shape, int length, string name)
    {
        Int128 tokens = (Int128)((long)shape.Batch * shape.Heads) * length;
        if (tokens == 0)
        {
            throw new ArgumentException(
                $"The shape, batch {shape.Batch} × heads {shape.Heads} × length {length}, has 0 tokens; at least 1 is needed.", nameof(shape));
        }

        if (numbers == 0 || numbers % tokens != 0)
        {
            throw new ArgumentException(
                $"{name} holds {numbers} numbers, but must hold a multiple of batch {shape.Batch} × heads {shape.Heads} × length {length} = {tokens}.",
                name);
        }

        return (int)(numbers / tokens);
    }

    /// <summary>Copies tokens as double, times a factor.</summary>
    public void CopyTo(int first, int count, double factor, Span<double> destination)
    {
        for (int token = 0; token < count; token++)
        {
            Scale(this[first + token], factor, destination.Slice(token * _dim, _dim));
        }
    }

    /// <summary>destination = factor · source.</summary>
    public static void Scale(ReadOnlySpan<float> source, double factor, Span<double> destination)
    {
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = factor * source[i];
        }
    }
}
