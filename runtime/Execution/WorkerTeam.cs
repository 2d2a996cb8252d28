using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace KernelGen.CompilerServices;

/// <summary>
/// Background threads that help the calling thread with the units of one job at a time. Starting a job costs about a microsecond while the
/// threads still spin from the last one, allocates nothing, and never waits for a thread that is slow to wake: such a thread finds the job
/// closed and goes back to sleep.
/// </summary>
/// <remarks>
/// How threads and jobs meet: a helper announces itself in <c>_active</c> and then looks whether a job is open; the caller closes the job
/// and then looks whether anybody is active. Both steps are full fences, so either the helper sees the job closed or the caller sees the
/// helper; hence the fields of a job never change under a helper that uses them. Units are handed out by a counter.
/// </remarks>
internal sealed class WorkerTeam
{
    // Longer than a phase change or the gap between two calls in a loop, shorter than a time slice; waking a blocked thread takes about as
    // long.
    private static readonly long SpinTicks = Stopwatch.Frequency * 50 / 1_000_000;

    private readonly Helper?[] _helpers;
    private readonly AutoResetEvent _allLeft = new(false);

    private int _busy;
    private int _callerParked;
    private TeamJob? _job;
    private Exception? _exception;
    private int _workers;
    private int _unitCount;
    private PaddedInt _nextUnit;
    private PaddedInt _active;
    private PaddedInt _open;

    /// <summary>A team of so many threads, the caller counted; they start when they are first needed.</summary>
    public WorkerTeam(int size) => _helpers = new Helper[size - 1];

    /// <summary>The team of the process: a thread for each processor.</summary>
    public static WorkerTeam Shared { get; } = new(Environment.ProcessorCount);

    /// <summary>The most threads that work on one job, the caller counted.</summary>
    public int Size => _helpers.Length + 1;

    /// <summary>
    /// Takes the team for a sequence of jobs. Where another caller has it, or fewer than two workers are wanted, the answer is false and
    /// the caller's units run on its own thread.
    /// </summary>
    public bool TryEnter(int workers)
    {
        if (workers < 2 || Size < 2 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            return false;
        }

        try
        {
            for (var i = 0; i < Math.Min(workers, Size) - 1; i++)
            {
                _helpers[i] ??= new Helper(this, i + 1);
            }

            return true;
        }
        catch // a thread that could not start: leave the team usable
        {
            Exit();
            throw;
        }
    }

    /// <summary>Gives the team back.</summary>
    public void Exit() => Volatile.Write(ref _busy, 0);

    /// <summary>Runs units 0 to unitCount − 1 on the calling thread, in order.</summary>
    public static void RunAlone(TeamJob job, int unitCount)
    {
        for (var unit = 0; unit < unitCount; unit++)
        {
            job.Run(unit, worker: 0);
        }
    }

    /// <summary>
    /// Runs units 0 to unitCount − 1, each once, on at most so many threads, and returns when all are done. Only between
    /// <see cref="TryEnter"/> and <see cref="Exit"/>. An exception in a unit ends the job and is thrown here; of several, the first.
    /// </summary>
    public void Run(TeamJob job, int unitCount, int workers)
    {
        workers = Math.Min(Math.Min(workers, Size), unitCount);
        if (workers < 2)
        {
            RunAlone(job, unitCount);
            return;
        }

        _job = job;
        _unitCount = unitCount;
        _workers = workers;
        _nextUnit.Value = 0;
        Interlocked.Exchange(ref _open.Value, 1);
        for (var i = 0; i < workers - 1; i++)
        {
            _helpers[i]!.Wake();
        }

        RunUnits(worker: 0);
        Interlocked.Exchange(ref _open.Value, 0);
        WaitUntilAllLeft();

        _job = null;
        if (_exception is { } exception)
        {
            _exception = null;
            ExceptionDispatchInfo.Throw(exception);
        }
    }

    private void RunUnits(int worker)
    {
        var job = _job!;
        var unitCount = _unitCount;
        try
        {
            for (int unit; (unit = Interlocked.Increment(ref _nextUnit.Value) - 1) < unitCount;)
            {
                job.Run(unit, worker);
            }
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _exception, exception, null);
            Volatile.Write(ref _nextUnit.Value, unitCount); // the rest is not worth doing
        }
    }

    private void WaitUntilAllLeft()
    {
        if (SpinUntil(ref _active.Value, 0))
        {
            return;
        }

        var interrupted = false;
        while (Volatile.Read(ref _active.Value) != 0)
        {
            Interlocked.Exchange(ref _callerParked, 1);
            if (Volatile.Read(ref _active.Value) != 0)
            {
                try
                {
                    _allLeft.WaitOne();
                }
                catch (ThreadInterruptedException)
                {
                    interrupted = true; // helpers use memory that only this call holds still, so it stays
                }
            }
        }

        Interlocked.Exchange(ref _callerParked, 0);
        if (interrupted)
        {
            Thread.CurrentThread.Interrupt(); // for the next time that the caller waits
        }
    }

    private void HelpIfOpen(int worker)
    {
        Interlocked.Increment(ref _active.Value);
        if (Volatile.Read(ref _open.Value) != 0 && worker < _workers)
        {
            RunUnits(worker);
        }

        if (Interlocked.Decrement(ref _active.Value) == 0 && Interlocked.Exchange(ref _callerParked, 0) != 0)
        {
            _allLeft.Set();
        }
    }

    private static bool SpinUntil(ref int location, int value)
    {
        var start = Stopwatch.GetTimestamp();
        do
        {
            for (var i = 0; i < 16; i++)
            {
                if (Volatile.Read(ref location) == value)
                {
                    return true;
                }

                Thread.SpinWait(1);
            }
        }
        while (Stopwatch.GetTimestamp() - start < SpinTicks);
        return false;
    }

    // An int with a cache line of its own: these are written by all threads at once.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct PaddedInt
    {
        [FieldOffset(128)]
        public int Value;
    }

    private sealed class Helper
    {
        private readonly WorkerTeam _team;
        private readonly int _worker;
        private readonly AutoResetEvent _wakeUp = new(false);
        private PaddedInt _called;
        private PaddedInt _parked;

        public Helper(WorkerTeam team, int worker)
        {
            _team = team;
            _worker = worker;
            Thread thread = new(Loop) { IsBackground = true, Name = $"KernelGen {worker}" };
            thread.UnsafeStart();
        }

        // The order "called, then parked?" here and "parked, then called?" there, with full fences: one of the two always notices the
        // other.
        public void Wake()
        {
            Interlocked.Exchange(ref _called.Value, 1);
            if (Interlocked.Exchange(ref _parked.Value, 0) != 0)
            {
                _wakeUp.Set();
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Loop()
        {
            while (true)
            {
                if (!SpinUntil(ref _called.Value, 1))
                {
                    Interlocked.Exchange(ref _parked.Value, 1);
                    if (Volatile.Read(ref _called.Value) == 0)
                    {
                        _wakeUp.WaitOne();
                    }

                    Interlocked.Exchange(ref _parked.Value, 0);
                    continue;
                }

                Interlocked.Exchange(ref _called.Value, 0);
                _team.HelpIfOpen(_worker);
            }
        }
    }
}
