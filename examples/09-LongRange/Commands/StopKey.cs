namespace KernelGen.Examples.LongRange;

/// <summary>Ctrl-C: the first ends the run that is being done, and what is done is reported; a second ends the process.</summary>
internal sealed class StopKey : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public StopKey() => Console.CancelKeyPress += Pressed;

    /// <summary>Cancelled by it.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        Console.CancelKeyPress -= Pressed;
        _stop.Dispose();
    }

    private void Pressed(object? sender, ConsoleCancelEventArgs pressed)
    {
        pressed.Cancel = !_stop.IsCancellationRequested;
        _stop.Cancel();
    }
}
