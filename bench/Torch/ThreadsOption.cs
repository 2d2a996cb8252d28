using System.CommandLine;

namespace KernelGen.Bench.Torch;

/// <summary>The option that names numbers of threads.</summary>
internal static class ThreadsOption
{
    public static Option<int[]> Create()
    {
        var option = new Option<int[]>("--threads")
        {
            Description = "The numbers of threads to measure; without it 1, and the processors of the machine.",
            AllowMultipleArgumentsPerToken = true,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int[]>() is { } given && given.Any(count => count < 1))
            {
                result.AddError($"--threads: there have to be 1 or more, but {given.Min()} was given.");
            }
        });
        return option;
    }

    /// <summary>Those given, or one and all processors.</summary>
    public static IReadOnlyList<int> Or(int[]? given) =>
        given is { Length: > 0 } ? given : [.. new[] { 1, Environment.ProcessorCount }.Distinct()];
}
