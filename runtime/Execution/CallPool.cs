namespace KernelGen.CompilerServices;

/// <summary>
/// The idle calls of one kernel, with their working memory. There are as many as there ever were calls at the same time, each with the memory of
/// its largest call.
/// </summary>
internal sealed class CallPool<TKernel>
    where TKernel : struct, IAttentionKernel
{
    private readonly Lock _lock = new();
    private readonly Stack<AttentionCall<TKernel>> _idle = new();

    public AttentionCall<TKernel> Rent()
    {
        lock (_lock)
        {
            if (_idle.TryPop(out AttentionCall<TKernel>? call))
            {
                return call;
            }
        }

        return new AttentionCall<TKernel>();
    }

    public void Return(AttentionCall<TKernel> call)
    {
        lock (_lock)
        {
            _idle.Push(call);
        }
    }
}
