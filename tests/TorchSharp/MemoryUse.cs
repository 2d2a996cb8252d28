using System.Runtime.InteropServices;

namespace KernelGen.TorchSharp.Tests;

/// <summary>The memory of this process, native and managed. Linux with glibc alone.</summary>
internal sealed class MemoryUse : IDisposable
{
    private readonly Thread _watcher;
    private long _peak = Now();
    private volatile bool _isStopped;

    // With glibc, pieces from 1 MiB on come from the system and go back when they are freed; otherwise it keeps some of them, more on a
    // busy machine.
    private const int MmapThreshold = -3;

    private MemoryUse()
    {
        _ = SetAllocatorOption(MmapThreshold, 1 << 20);
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

    /// <summary>The resident bytes now.</summary>
    public static long Now()
    {
        string line = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024
            * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
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

    [DllImport("libc", EntryPoint = "mallopt")]
    private static extern int SetAllocatorOption(int option, int value);
}
