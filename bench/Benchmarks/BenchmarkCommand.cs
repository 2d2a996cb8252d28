using System.CommandLine;
using BenchmarkDotNet.Running;

namespace KernelGen.Bench.Benchmarks;

/// <summary>A command that runs one BenchmarkDotNet class and hands on all arguments to it.</summary>
internal static class BenchmarkCommand
{
    public static Command Create<T>(string name, string description)
    {
        // BenchmarkDotNet has options of its own and says itself which of them it does not know.
        var command = new Command(name, description + " All further arguments go to BenchmarkDotNet.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(parsed =>
        {
            // With one class there is nothing to choose, so it is not asked for.
            string[] arguments = parsed.UnmatchedTokens.Contains("--filter") || parsed.UnmatchedTokens.Contains("-f")
                ? [.. parsed.UnmatchedTokens]
                : ["--filter", "*", .. parsed.UnmatchedTokens];
            var summaries = BenchmarkSwitcher.FromTypes([typeof(T)]).Run(arguments, BenchmarkSettings.Create());
            return summaries.Any() && summaries.All(summary => !summary.HasCriticalValidationErrors) ? 0 : 1;
        });
        return command;
    }
}
