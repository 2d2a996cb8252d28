namespace KernelGen.Bench.Compare;

/// <summary>What a program left.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Errors)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>The end of what it said, for a message.</summary>
    public string LastLines => string.Join('\n', (Errors + Output).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(10));
}
