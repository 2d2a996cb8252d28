namespace KernelGen.TorchSharp.Tests;

/// <summary>The memory of this process, native and managed.</summary>
internal sealed class MemoryUse : IDisposable
{
    private readonly Thread _watcher;
    private long _peak = Now();
    private volatile bool _isStopped;

    private MemoryUse()
    {
        _watcher = new Thread(() =>
        {
            while (!_isStopped)
            {
                _peak = Math.Max(_peak, Now());
                Thread.Sleep(1);
            }
        });
        _watcher.Start();
    }

    /// <summary>The resident bytes now. Linux alone.</summary>
    public static long Now()
    {
        string line = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Looks every millisecond from now on.</summary>
    public static MemoryUse WatchPeak() => new();

    /// <summary>The most that was seen.</summary>
    public long Stop()
    {
        _isStopped = true;
        _watcher.Join();
        return Math.Max(_peak, Now());
    }

    public void Dispose() => _isStopped = true;
}
