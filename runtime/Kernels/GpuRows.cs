using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>Rows of tensors that come back from a device.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuRows
{
    /// <summary>Copies the rows of an operand, and nothing that lies between them, which may be another tensor's.</summary>
    /// <param name="from">A copy of the memory of the tensor.</param>
    /// <param name="to">The tensor.</param>
    /// <param name="operand">The operand.</param>
    /// <param name="shape">The sizes of the call.</param>
    public static unsafe void Copy(ReadOnlySpan<float> from, in TensorView to, Operand operand, in AttentionShape shape)
    {
        ArgumentNullException.ThrowIfNull(operand);
        var memory = OperandMemory.Of(operand, null, to.Strides, shape) with { QueryHeads = 1 };
        for (var batch = 0; batch < operand.BatchOf(shape); batch++)
        {
            for (var head = 0; head < operand.HeadsOf(shape); head++)
            {
                var place = (batch * memory.BatchStride) + (head * memory.HeadStride);
                for (var row = 0; row < operand.RowsOf(shape); row++, place += memory.RowStride)
                {
                    from.Slice((int)place, operand.Columns).CopyTo(to.Memory[(int)place..]);
                }
            }
        }
    }
}
