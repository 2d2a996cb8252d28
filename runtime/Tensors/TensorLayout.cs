namespace KernelGen;

/// <summary>The order of the axes of a query, key, value or output tensor. The last axis is always contiguous.</summary>
public enum TensorLayout
{
    /// <summary>[batch, heads, length, dim], row-major: each head's tokens are contiguous.</summary>
    BatchHeadLengthDim = 0,

    /// <summary>[batch, length, heads, dim], row-major: what a projection layer produces when it splits its last axis into heads.</summary>
    BatchLengthHeadDim = 1,
}
