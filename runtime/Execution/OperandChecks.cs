using System.Runtime.InteropServices;
using KernelGen.Formulas;

namespace KernelGen.CompilerServices;

/// <summary>The checks of the tensors that a caller hands in, operand by operand.</summary>
internal static class OperandChecks
{
    /// <summary>Whether each tensor is as long as its operand, and none that is written shares memory with another.</summary>
    /// <param name="given">The operands that callers hand in.</param>
    /// <param name="tensors">Of each.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="unwanted">The gradients that are missing.</param>
    /// <exception cref="ArgumentException">One is not, or two do.</exception>
    public static void Check(ReadOnlySpan<Operand> given, in CallTensors tensors, in AttentionShape shape, AttentionGradients unwanted)
    {
        for (var i = 0; i < given.Length; i++)
        {
            var operand = given[i];
            var actual = tensors[i].Length;
            if (unwanted != AttentionGradients.None && IsOf(operand, unwanted))
            {
                CheckUnwanted(operand, actual);
                continue;
            }

            // below 2^62, since batch × heads is an int
            var rows = (long)operand.BatchOf(shape) * operand.HeadsOf(shape) * operand.RowsOf(shape);
            if (operand.Element == OperandElement.Int32)
            {
                CheckNumbers(operand, MemoryMarshal.Cast<float, int>(tensors[i]));
            }

            if (rows <= actual && rows * operand.Columns == actual && tensors.IsPacked)
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

    /// <summary>Whether whole numbers are such as kernels can compare.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    public static void CheckNumbers(Operand operand, ReadOnlySpan<int> numbers)
    {
        if (numbers.IndexOfAnyExceptInRange(-TokenNumbers.Most, TokenNumbers.Most) is >= 0 and var place)
        {
            throw new ArgumentException(
                $"{operand.Name}[{place}] is {numbers[place]}, but numbers of tokens are from {-TokenNumbers.Most} to "
                + $"{TokenNumbers.Most}.", operand.Name);
        }
    }

    /// <summary>Whether gradients are such as there are.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static void CheckGradients(AttentionGradients gradients)
    {
        const AttentionGradients all = AttentionGradients.Query | AttentionGradients.Key | AttentionGradients.Value;
        if ((gradients & ~all) != 0)
        {
            throw new ArgumentException(
                $"Unwanted is {(int)gradients}, but its flags are {AttentionGradients.Query}, {AttentionGradients.Key} and "
                + $"{AttentionGradients.Value}, {(int)all} in all.", "options");
        }
    }

    private static bool IsOf(Operand operand, AttentionGradients gradients) => operand.Name switch
    {
        "queryGradient" => gradients.HasFlag(AttentionGradients.Query),
        "keyGradient" => gradients.HasFlag(AttentionGradients.Key),
        "valueGradient" => gradients.HasFlag(AttentionGradients.Value),
        _ => false,
    };

    private static void CheckUnwanted(Operand operand, int actual)
    {
        if (actual > 0)
        {
            throw new ArgumentException(
                $"{operand.Name} holds {actual} numbers, but is among the unwanted gradients, whose tensors hold 0.", operand.Name);
        }
    }

    /// <summary>The argument that an operand is: outputs of a forward call go to the destination.</summary>
    public static string NameOf(Operand operand) => operand is { Name: "output", IsWritten: true } ? "destination" : operand.Name;

    /// <summary>Whether a tensor is as long as its operand, and its strides are possible.</summary>
    /// <param name="operand">The operand.</param>
    /// <param name="actual">The numbers of the tensor.</param>
    /// <param name="strides">How far apart its parts are.</param>
    /// <param name="shape">The sizes.</param>
    /// <exception cref="ArgumentException">It is not, or they are not.</exception>
    public static void CheckLength(Operand operand, long actual, TensorStrides strides, in AttentionShape shape)
    {
        var rows = operand.RowsOf(shape);
        int? batch = operand.HasSequences(shape) ? shape.Batch : null;
        if (operand.Rows == OperandRows.None)
        {
            if (actual != operand.Columns)
            {
                throw new ArgumentException(
                    $"{NameOf(operand)} holds {actual} numbers, but {operand.Columns} are needed.", NameOf(operand));
            }
        }
        else if (!strides.IsPacked)
        {
            CheckStrides(operand, actual, strides, shape);
        }
        else if (!operand.IsSharedByHeads)
        {
            ShapeChecks.CheckTensor(actual, batch, operand.HeadsOf(shape), rows, operand.Columns, NameOf(operand));
        }
        else
        {
            ShapeChecks.CheckShared(actual, batch, rows, operand.Columns, NameOf(operand));
        }
    }

    private static void CheckStrides(Operand operand, long actual, TensorStrides strides, in AttentionShape shape)
    {
        var layout = operand.LayoutIn(shape);
        if (strides.MismatchWith(operand.BatchOf(shape), operand.HeadsOf(shape), operand.RowsOf(shape), operand.Columns, layout)
            is { } mismatch)
        {
            throw new ArgumentException($"{NameOf(operand)} {mismatch}.", NameOf(operand));
        }

        strides = strides.In(layout);
        if (strides.Batch < 0 || strides.Head < 0 || strides.Token < 0)
        {
            throw new ArgumentException(
                $"{NameOf(operand)} has the strides {strides.Batch} (sequences), {strides.Head} (heads) and {strides.Token} (tokens), but none can be negative.", NameOf(operand));
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
