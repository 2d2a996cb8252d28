using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// Stands before memory that calls use, one alone or several that only read, and that its owner may give back meanwhile: it goes with the
/// last call that uses it. What may not run at the same time is refused, so that no misuse reads memory that is gone or half changed.
/// </summary>
/// <param name="owner">The owner's type, for messages.</param>
/// <param name="advice">What to do in place of two calls at the same time, for messages.</param>
/// <param name="free">Gives the memory back; null where it goes when it is collected.</param>
/// <remarks>Costs two interlocked additions a call. Nothing waits.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class CallGate(string owner, string advice, Action? free = null)
{
    // The number of calls that share, or one that is alone; and whether the owner gave the memory back.
    private const int Alone = 1 << 30;
    private const int Closed = int.MinValue;

    private int _state;

    /// <summary>Whether the owner gave the memory back. Calls may still use it.</summary>
    public bool IsClosed => Volatile.Read(ref _state) < 0;

    /// <summary>Begins a call beside which no other may run.</summary>
    /// <exception cref="ObjectDisposedException">The owner gave the memory back.</exception>
    /// <exception cref="InvalidOperationException">Another call is running.</exception>
    public Use Enter()
    {
        var state = Interlocked.CompareExchange(ref _state, Alone, 0);
        return state == 0 ? new Use(this, Alone) : throw Refusal(state);
    }

    /// <summary>Begins a call beside which others of its kind may run.</summary>
    /// <exception cref="ObjectDisposedException">The owner gave the memory back.</exception>
    /// <exception cref="InvalidOperationException">A call is running that must be alone.</exception>
    public Use Share()
    {
        var state = Volatile.Read(ref _state);
        while (true)
        {
            if ((uint)state >= Alone)
            {
                throw Refusal(state);
            }

            var found = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (found == state)
            {
                return new Use(this, 1);
            }

            state = found;
        }
    }

    /// <summary>
    /// Lets no call in any more, and gives the memory back, at once or after the calls that are running; later calls do nothing.
    /// </summary>
    public void Close()
    {
        if (Interlocked.Or(ref _state, Closed) == 0)
        {
            free?.Invoke();
        }
    }

    private void Leave(int calls)
    {
        if (Interlocked.Add(ref _state, -calls) == Closed)
        {
            free?.Invoke();
        }
    }

    private Exception Refusal(int state) => state < 0
        ? new ObjectDisposedException(owner)
        : new InvalidOperationException($"Another call is using this {owner}, which must have ended first: {advice}");

    /// <summary>A call; disposing of it ends it.</summary>
    public readonly ref struct Use
    {
        private readonly CallGate? _gate;
        private readonly int _calls;

        internal Use(CallGate gate, int calls)
        {
            _gate = gate;
            _calls = calls;
        }

        /// <summary>Ends the call.</summary>
        public void Dispose() => _gate?.Leave(_calls);
    }
}
