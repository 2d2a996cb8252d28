namespace KernelGen.Bench.Torch;

/// <summary>Numbers of threads in words.</summary>
internal static class Threads
{
    /// <summary>"1 thread", "2 threads".</summary>
    public static string Text(int count) => count == 1 ? "1 thread" : $"{count} threads";
}
