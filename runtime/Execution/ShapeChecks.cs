using System.Diagnostics.CodeAnalysis;

namespace KernelGen.CompilerServices;

/// <summary>
/// The checks at the public edge, after which kernels trust every size. Each message names what was expected and what was found.
/// </summary>
internal static class ShapeChecks
{
    /// <summary>Whether the sizes make sense by themselves.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="causal">Whether there must be as many keys as queries.</param>
    /// <param name="comparesPositions">Whether there must be at least as many.</param>
    /// <param name="takesPacked">Whether the call can be told where packed sequences begin.</param>
    /// <param name="limits">Heads and positions; those of packed sequences are counted where they begin.</param>
    public static void Check(
        in AttentionShape shape, bool causal = false, bool comparesPositions = false, bool takesPacked = false,
        in ShapeLimits limits = default)
    {
        if (shape.PacksSequences && !takesPacked)
        {
            Throw(
                nameof(shape),
                $"The shape packs {shape.Batch} sequences in {shape.QueryLength} tokens, but this call cannot be told where each begins: call it for each with a shape of its own.");
        }

        CheckNotNegative(shape.Batch, nameof(AttentionShape.Batch));
        CheckNotNegative(shape.Heads, nameof(AttentionShape.Heads));
        CheckNotNegative(shape.QueryLength, nameof(AttentionShape.QueryLength));
        CheckNotNegative(shape.KeyLength, nameof(AttentionShape.KeyLength));
        if (shape.Layout is not (TensorLayout.BatchHeadLengthDim or TensorLayout.BatchLengthHeadDim))
        {
            Throw(nameof(shape), $"Layout is {(int)shape.Layout}, but must be 0 ({TensorLayout.BatchHeadLengthDim}) or 1 ({TensorLayout.BatchLengthHeadDim}).");
        }

        if (causal && shape.QueryLength != shape.KeyLength)
        {
            Throw(nameof(shape), $"Causal attention needs as many keys as queries, but QueryLength is {shape.QueryLength} and KeyLength is {shape.KeyLength}.");
        }

        if (comparesPositions && shape.QueryLength > shape.KeyLength)
        {
            Throw(nameof(shape), $"Queries are the last of the keys, so there must be at least as many keys, but QueryLength is {shape.QueryLength} and KeyLength is {shape.KeyLength}.");
        }

        if (shape.KeyHeads != shape.Heads && (shape.KeyHeads < 1 || shape.KeyHeads > shape.Heads || shape.Heads % shape.KeyHeads != 0))
        {
            Throw(nameof(shape), $"KeyHeads is {shape.KeyHeads}, but must be 1 to Heads = {shape.Heads} and divide it.");
        }

        CheckHeads(shape.Heads, limits);
        if (!shape.PacksSequences)
        {
            CheckMostPositions(shape.KeyLength, limits);
        }

        if ((long)shape.Batch * shape.Heads > int.MaxValue)
        {
            Throw(nameof(shape), $"Batch × Heads = {shape.Batch} × {shape.Heads} is more than {int.MaxValue}.");
        }
    }

    /// <summary>Whether a sequence has no more keys than kernels can count.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="limits">Of the kernels.</param>
    /// <param name="argument">The argument that tells how many there are.</param>
    public static void CheckMostPositions(long keys, in ShapeLimits limits, string argument = "shape")
    {
        if (limits.DeclaredPositions is > 0 and var declared && keys > declared)
        {
            Throw(argument, $"There are {keys} keys, but this attention is declared for at most {declared}.");
        }

        if (keys > limits.MostPositions)
        {
            Throw(argument, $"There are {keys} keys, but the numbers of the mask or score of this attention fit an int for at most {limits.MostPositions}: make them smaller.");
        }
    }

    private static void CheckHeads(int heads, in ShapeLimits limits)
    {
        if (limits.OnlyHeads is { } only && heads != only)
        {
            Throw("shape", $"Heads is {heads}, but this attention is declared for {only} query heads.");
        }

        if (heads > limits.MostHeads)
        {
            Throw("shape", $"Heads is {heads}, but the numbers of the mask or score of this attention fit an int for at most {limits.MostHeads} query heads: make them smaller, as Math.Min(head, …) does.");
        }
    }

    /// <summary>Whether a tensor has batch × heads × length × dim numbers.</summary>
    /// <param name="actual">The numbers that it has.</param>
    /// <param name="batch">Sequences; null: they are packed.</param>
    /// <param name="heads">Heads of each that are in the tensor.</param>
    /// <param name="length">Tokens.</param>
    /// <param name="dim">Numbers of a token.</param>
    /// <param name="name">The argument.</param>
    public static void CheckTensor(long actual, int? batch, int heads, int length, int dim, string name)
    {
        // Batch × heads fits an int, so the product of all four fits 128 bits by far and is never truncated.
        var expected = (Int128)((long)(batch ?? 1) * heads) * length * dim;
        if (actual != expected)
        {
            Throw(
                name,
                $"{name} holds {actual} numbers, but {(batch is null ? "" : $"batch {batch} × ")}heads {heads} × length {length} × dim {dim} = {expected} are needed.");
        }
    }

    /// <summary>Whether a tensor that heads share has batch × length × dim numbers.</summary>
    /// <param name="actual">The numbers that it has.</param>
    /// <param name="batch">Sequences; null: they share it too, or are packed.</param>
    /// <param name="length">Rows.</param>
    /// <param name="dim">Numbers of a row.</param>
    /// <param name="name">The argument.</param>
    public static void CheckShared(long actual, int? batch, int length, int dim, string name)
    {
        var expected = (Int128)(batch ?? 1) * length * dim;
        if (actual != expected)
        {
            Throw(name, $"{name} holds {actual} numbers, but {(batch is null ? "" : $"batch {batch} × ")}length {length} × dim {dim} = {expected} are needed.");
        }
    }

    /// <summary>Whether there is a length for each sequence, or none at all, and each is within the keys.</summary>
    /// <param name="lengths">Of the keys.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="name">What the caller knows them as.</param>
    /// <param name="argument">The argument that has them.</param>
    public static void CheckKeyLengths(
        ReadOnlySpan<int> lengths, in AttentionShape shape, string name = nameof(ForwardOptions.KeyLengths), string argument = "options") =>
        CheckLengths(lengths, shape.Batch, shape.KeyLength, nameof(AttentionShape.KeyLength), name, argument);

    /// <summary>Likewise for queries.</summary>
    public static void CheckQueryLengths(
        ReadOnlySpan<int> lengths, in AttentionShape shape, string name = nameof(ForwardOptions.QueryLengths),
        string argument = "options") =>
        CheckLengths(lengths, shape.Batch, shape.QueryLength, nameof(AttentionShape.QueryLength), name, argument);

    /// <summary>Whether the queries of each sequence are the last of its keys, where both have lengths.</summary>
    public static void CheckPositions(ReadOnlySpan<int> keys, ReadOnlySpan<int> queries)
    {
        for (var i = 0; i < Math.Min(keys.Length, queries.Length); i++)
        {
            if (queries[i] > keys[i])
            {
                Throw("options", $"Queries are the last of the keys, but QueryLengths[{i}] is {queries[i]} and KeyLengths[{i}] is {keys[i]}.");
            }
        }
    }

    private static void CheckLengths(
        ReadOnlySpan<int> lengths, int batch, int most, string mostName, string name, string argument)
    {
        CheckLengthCount(lengths, batch, name, argument);
        for (var i = 0; i < lengths.Length; i++)
        {
            if ((uint)lengths[i] > (uint)most)
            {
                Throw(argument, $"{name}[{i}] is {lengths[i]}, but must be 0 to {mostName} = {most}.");
            }
        }
    }

    /// <summary>Whether there is a length for each sequence, or none at all.</summary>
    public static void CheckLengthCount(ReadOnlySpan<int> lengths, int batch, string name, string argument)
    {
        if (!lengths.IsEmpty && lengths.Length != batch)
        {
            Throw(argument, $"{name} holds {lengths.Length} numbers, but the batch has {batch} sequences.");
        }
    }

    /// <summary>Whether the destination shares memory with an input, which would be overwritten while it is still read.</summary>
    public static void CheckOverlap(
        ReadOnlySpan<float> destination, ReadOnlySpan<float> input, string inputName, string destinationName = "destination")
    {
        if (destination.Overlaps(input, out var offset))
        {
            Throw(
                destinationName,
                $"{destinationName} ({destination.Length} numbers) overlaps {inputName} ({input.Length} numbers), which starts {offset} numbers after it.");
        }
    }

    /// <summary>The length of an array with a number for each query of each head.</summary>
    public static int QueryCount(in AttentionShape shape) =>
        ArrayLength(shape.PacksSequences ? shape with { Batch = 1 } : shape, shape.QueryLength);

    /// <summary>The length of an array with so many numbers for each head.</summary>
    public static int ArrayLength(in AttentionShape shape, int perHead)
    {
        var length = (Int128)((long)shape.Batch * shape.Heads) * perHead;
        if (length > Array.MaxLength)
        {
            Throw(
                nameof(shape),
                $"batch {shape.Batch} × heads {shape.Heads} × {perHead} = {length} numbers are needed, but an array holds {Array.MaxLength}.");
        }

        return (int)length;
    }

    /// <summary>Whether a projection is what a kernel draws.</summary>
    public static void CheckProjection(Projection? projection, int rows, int columns, bool needsHadamard)
    {
        if (rows == 0)
        {
            if (projection is not null)
            {
                Throw(
                    nameof(projection),
                    $"This attention draws 0 projections, but one of {projection.Rows} × {projection.Columns} was given.");
            }

            return;
        }

        ArgumentNullException.ThrowIfNull(projection);
        if (projection.Rows != rows || projection.Columns != columns)
        {
            Throw(
                nameof(projection),
                $"The projection is {projection.Rows} × {projection.Columns} (rows × columns), but this attention needs {rows} × {columns}.");
        }

        if (needsHadamard && projection.Draw != ProjectionDraw.Hadamard)
        {
            Throw(
                nameof(projection),
                $"This attention computes its projections as fast transforms, so it needs one that Projection.Hadamard drew; this one is {projection.Draw}.");
        }
    }

    private static void CheckNotNegative(int size, string name)
    {
        if (size < 0)
        {
            Throw("shape", $"{name} is {size}, but must be at least 0.");
        }
    }

    // Takes the finished message: an interpolated string is only built on the way here, where an allocation no longer matters.
    [DoesNotReturn]
    private static void Throw(string parameter, string message) => throw new ArgumentException(message, parameter);
}
