namespace KernelGen.CompilerServices;

/// <summary>
/// The idle calls of one kernel, with their working memory. There are as many as there ever were calls at the same time, each with the
/// memory of its largest call.
/// </summary>
internal sealed class CallPool<TCall>
    where TCall : new()
{
    private readonly Lock _lock = new();
    private readonly Stack<TCall> _idle = new();

    public TCall Rent()
    {
        lock (_lock)
        {
            if (_idle.TryPop(out var call))
            {
                return call;
            }
        }

        return new TCall();
    }

    public void Return(TCall call)
    {
        lock (_lock)
        {
            _idle.Push(call);
        }
    }
}
