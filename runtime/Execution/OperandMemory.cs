using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>Where an operand of a whole call is. Whoever makes it holds it still.</summary>
internal unsafe struct OperandMemory
{
    /// <summary>The first number of the first head; null: it is missing.</summary>
    public float* Start;

    /// <summary>Floats from a sequence, a head, a row to the next; 0 where all see the same.</summary>
    public nint BatchStride, HeadStride, RowStride;

    /// <summary>The query heads that have one head of it.</summary>
    public int QueryHeads;

    /// <param name="operand">The operand.</param>
    /// <param name="start">Its first number; null: it is missing.</param>
    /// <param name="strides">How far apart its parts are.</param>
    /// <param name="shape">The sizes of the call.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OperandMemory Of(Operand operand, float* start, TensorStrides strides, in AttentionShape shape)
    {
        strides = strides.IsPacked ? PackedStrides(operand, shape) : strides.In(operand.LayoutIn(shape));

        return new OperandMemory
        {
            Start = start,
            BatchStride = operand.HasSequences(shape) ? strides.Batch : 0,
            HeadStride = operand.IsSharedByHeads ? 0 : strides.Head,
            RowStride = strides.Token,
            QueryHeads = operand.IsOfGroups ? shape.Heads / shape.KeyHeads : 1,
        };
    }

    /// <summary>How far apart the parts of an operand are that lies as the shape says: one head after the other, or one token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorStrides PackedStrides(Operand operand, in AttentionShape shape)
    {
        nint columns = operand.Columns;
        var head = operand.RowsOf(shape) * columns;
        var heads = operand.HeadsOf(shape);
        return operand.LayoutIn(shape) == TensorLayout.BatchHeadLengthDim
            ? new TensorStrides(head * heads, head, columns)
            : new TensorStrides(head * heads, columns, columns * heads);
    }

    /// <summary>One head of it.</summary>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The query head in it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly OperandPlace Of(nint batch, nint head) => new()
    {
        Start = Start is null || (batch | head) == 0
            ? Start
            : Start + batch * BatchStride + (QueryHeads == 1 ? head : head / QueryHeads) * HeadStride,
        Stride = RowStride,
    };

    /// <summary>One head of it, from a row on.</summary>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The query head in it.</param>
    /// <param name="row">The first row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly OperandPlace Of(nint batch, nint head, nint row)
    {
        var place = Of(batch, head);
        place.Start += place.Start is null ? 0 : row * place.Stride;
        return place;
    }

    /// <summary>What is left for a call of some of the heads.</summary>
    /// <param name="batch">The first sequence.</param>
    /// <param name="head">The first query head.</param>
    /// <param name="step">From each query head to the next: 1, so many as share a head, or all that there are.</param>
    public readonly OperandMemory From(int batch, int head, int step) => this with
    {
        Start = Of(batch, head).Start,
        HeadStride = QueryHeads == 1 ? HeadStride * step : HeadStride,
        QueryHeads = 1,
    };

    /// <summary>Zeros in the rows of an operand that no sequence of a packed call counts.</summary>
    /// <param name="operand">The operand, of tokens.</param>
    /// <param name="sequences">Of the call.</param>
    /// <param name="causal">Whether keys count no further than the queries of their sequence.</param>
    /// <param name="shape">The sizes of the call.</param>
    public readonly void ClearRest(Operand operand, PackedSequence* sequences, bool causal, in AttentionShape shape)
    {
        for (var head = 0; head < operand.HeadsOf(shape) && Start is not null; head++)
        {
            var place = Of(0, head * QueryHeads);
            for (var batch = 0; batch < shape.Batch; batch++)
            {
                ref var sequence = ref sequences[batch];
                var (from, to) = operand.Rows == OperandRows.Queries
                    ? (sequence.FirstQuery + sequence.Queries, sequence.QueryEnd)
                    : (sequence.FirstKey + (causal ? Math.Min(sequence.Keys, sequence.Queries) : sequence.Keys), sequence.KeyEnd);
                for (var row = from; row < to; row++)
                {
                    new Span<float>(place.Start + row * place.Stride, operand.Columns).Clear();
                }
            }
        }
    }

    /// <summary>Zeros in rows of an operand.</summary>
    /// <param name="operand">The operand.</param>
    /// <param name="lengths">The rows of each sequence that stay as they are; null: none stays.</param>
    /// <param name="shape">The sizes of the call.</param>
    public readonly void Clear(Operand operand, int* lengths, in AttentionShape shape)
    {
        for (var batch = 0; batch < operand.BatchOf(shape) && Start is not null; batch++)
        {
            for (var head = 0; head < operand.HeadsOf(shape); head++)
            {
                var place = Of(batch, head * QueryHeads);
                var length = operand.RowsOf(shape);
                for (var row = lengths is null ? 0 : Math.Clamp(lengths[batch], 0, length); row < length; row++)
                {
                    new Span<float>(place.Start + row * place.Stride, operand.Columns).Clear();
                }
            }
        }
    }
}
