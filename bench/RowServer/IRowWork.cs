namespace KernelGen.Bench.RowServer;

/// <summary>An open row: its memory is there, and it can be timed again and again.</summary>
internal interface IRowWork : IDisposable
{
    /// <summary>Times a slice of about this length, at least one call.</summary>
    /// <returns>Seconds of a call, or of a step: the fastest part of the slice, which nothing else interrupted.</returns>
    double Slice(double seconds);
}
