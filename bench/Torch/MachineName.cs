namespace KernelGen.Bench.Torch;

/// <summary>What the processor calls itself.</summary>
internal static class MachineName
{
    /// <summary>"AMD EPYC, 2 processors".</summary>
    public static string Get()
    {
        const string field = "model name";
        var file = "/proc/cpuinfo";
        var name = File.Exists(file)
            ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return $"{name ?? "unknown processor"}, {Environment.ProcessorCount} processors";
    }
}
