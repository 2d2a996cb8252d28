namespace KernelGen.CompilerServices;

/// <summary>The checks of the tensors that a caller hands in, operand by operand.</summary>
internal static class OperandChecks
{
    /// <summary>Whether each tensor is as long as its operand, and none that is written shares memory with another.</summary>
    /// <exception cref="ArgumentException">One is not, or two do.</exception>
    public static void Check(ReadOnlySpan<Operand> given, in CallTensors tensors, in AttentionShape shape)
    {
        for (var i = 0; i < given.Length; i++)
        {
            var operand = given[i];
            var actual = tensors[i].Length;
            // below 2^62, since batch × heads is an int
            var rows = (long)operand.BatchOf(shape) * operand.HeadsOf(shape) * operand.RowsOf(shape);
            if (rows <= actual && rows * operand.Columns == actual && tensors.Strides.IsEmpty)
            {
                continue; // what follows finds the words for what is wrong
            }

            if (!operand.IsOptional || actual > 0)
            {
                CheckLength(operand, actual, tensors.StridesOf(i), shape);
            }
        }

        for (var i = 0; i < given.Length; i++)
        {
            if (!given[i].IsWritten)
            {
                continue;
            }

            var written = tensors[i];
            for (var j = 0; j < given.Length; j++)
            {
                // Of two that are written, the later one is asked.
                if ((!given[j].IsWritten || j > i) && written.Overlaps(tensors[j]))
                {
                    CheckOverlap(given[i], given[j], i, j, tensors, shape);
                }
            }
        }
    }

    /// <summary>The argument that an operand is: outputs of a forward call go to the destination.</summary>
    private static string NameOf(Operand operand) => operand is { Name: "output", IsWritten: true } ? "destination" : operand.Name;

    private static void CheckLength(Operand operand, int actual, TensorStrides strides, in AttentionShape shape)
    {
        var rows = operand.RowsOf(shape);
        if (!strides.IsPacked)
        {
            CheckStrides(operand, actual, strides, shape);
        }
        else if (operand.SharedBy is OperandSharing.None or OperandSharing.Group)
        {
            ShapeChecks.CheckTensor(actual, shape.Batch, operand.HeadsOf(shape), rows, operand.Columns, NameOf(operand));
        }
        else
        {
            ShapeChecks.CheckShared(
                actual, operand.SharedBy == OperandSharing.Sequence ? shape.Batch : null, rows, operand.Columns, NameOf(operand));
        }
    }

    private static void CheckStrides(Operand operand, int actual, TensorStrides strides, in AttentionShape shape)
    {
        if (strides.Batch < 0 || strides.Head < 0 || strides.Row < 0)
        {
            throw new ArgumentException(
                $"{NameOf(operand)} has the strides {strides.Batch} (sequences), {strides.Head} (heads) and {strides.Row} (tokens), but none can be negative.", NameOf(operand));
        }

        var region = StridedRegion.Of(operand, strides, shape);
        if (region.Extent > actual)
        {
            throw new ArgumentException(
                $"{NameOf(operand)} holds {actual} numbers, but {region} reach to the number {region.Extent}.", NameOf(operand));
        }

        if (operand.IsWritten && !region.IsDistinct)
        {
            throw new ArgumentException($"{NameOf(operand)} is written, but of {region} some are the same memory.", NameOf(operand));
        }
    }

    private static unsafe void CheckOverlap(Operand written, Operand other, int i, int j, in CallTensors tensors, in AttentionShape shape)
    {
        if (!tensors.StridesOf(i).IsPacked || !tensors.StridesOf(j).IsPacked)
        {
            // The numbers that belong to the two may lie between each other.
            fixed (float* first = tensors[i], second = tensors[j])
            {
                if (StridedRegion.Of(written, tensors.StridesOf(i), shape)
                    .IsApartFrom(StridedRegion.Of(other, tensors.StridesOf(j), shape), (nint)second - (nint)first))
                {
                    return;
                }
            }
        }

        ShapeChecks.CheckOverlap(tensors[i], tensors[j], NameOf(other), NameOf(written));
    }
}
