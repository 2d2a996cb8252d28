namespace KernelGen.CompilerServices;

/// <summary>The working memory of one call of a kernel, for a <see cref="CallPool{TCall}"/>.</summary>
internal sealed unsafe class ScratchMemory<TKernel>
    where TKernel : struct, IAttentionKernel
{
    private readonly AlignedBuffer _memory = new(TKernel.ScratchFloats);

    public float* Pointer => _memory.Pointer;
}
