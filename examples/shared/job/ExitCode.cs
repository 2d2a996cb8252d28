namespace KernelGen.Examples;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    /// <summary>The job is done.</summary>
    public const int Success = 0;

    /// <summary>The job failed: the message says why.</summary>
    public const int Failure = 1;

    /// <summary>The arguments make no sense.</summary>
    public const int Usage = 2;

    /// <summary>What the job runs on is not there: a package that the build left out.</summary>
    public const int Missing = 3;

    /// <summary>Ctrl-C stopped the job, in a way that it can go on from: what shells report of a program that Ctrl-C ended.</summary>
    public const int Stopped = 130;
}
