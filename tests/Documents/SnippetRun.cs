using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace KernelGen.Tests.Documents;

/// <summary>Runs a program of a page in a process of its own, as its reader does.</summary>
internal static partial class SnippetRun
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>What went wrong, or null.</summary>
    /// <param name="program">Compiled without an error.</param>
    /// <param name="expected">What the page says it prints, where … stands for anything in a line; null: it says nothing.</param>
    public static string? Fault(Compilation program, string? expected)
    {
        var folder = Directory.CreateTempSubdirectory("kernelgen-snippet-").FullName;
        try
        {
            var path = Path.Combine(folder, "Snippet.dll");
            var result = program.Emit(path);
            if (!result.Success)
            {
                return string.Join('\n', result.Diagnostics);
            }

            foreach (var library in new[] { "KernelGen.Attributes.dll", "KernelGen.Runtime.dll", "System.Numerics.Tensors.dll" })
            {
                File.Copy(Path.Combine(AppContext.BaseDirectory, library), Path.Combine(folder, library));
            }

            File.WriteAllText(Path.Combine(folder, "Snippet.runtimeconfig.json"), $$"""
                { "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "{{Environment.Version}}" } } }
                """);
            return Run(path) is var (code, output) && code != 0 ? $"the exit code is {code}, and it says: {output}"
                : expected is null || Matches(expected, output) ? null
                : $"it prints:\n{output}";
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Line by line, where … in what is expected is any text, and a number of milliseconds any number.</summary>
    public static bool Matches(string expected, string actual)
    {
        string[] Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        var (wanted, found) = (Lines(Milliseconds().Replace(expected, "0 ms")), Lines(Milliseconds().Replace(actual, "0 ms")));
        return wanted.Length == found.Length && wanted.Zip(found).All(pair => LineMatches(pair.First, pair.Second));
    }

    private static bool LineMatches(string wanted, string found)
    {
        var parts = wanted.Split('…');
        if (parts.Length == 1)
        {
            return wanted == found;
        }

        var at = parts[0].Length;
        if (!found.StartsWith(parts[0], StringComparison.Ordinal) || !found.EndsWith(parts[^1], StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var part in parts[1..^1])
        {
            at = found.IndexOf(part, at, StringComparison.Ordinal) is >= 0 and var next ? next + part.Length : int.MaxValue / 2;
            if (at > found.Length)
            {
                return false;
            }
        }

        return at <= found.Length - parts[^1].Length;
    }

    [GeneratedRegex(@"\d[\d.,]* ms\b")]
    private static partial Regex Milliseconds();

    private static (int Code, string Output) Run(string path)
    {
        var start = new ProcessStartInfo(DotNet()) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(path);
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Longest))
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"nothing for {Longest.TotalMinutes} minutes");
        }

        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? output.Result : output.Result + errors.Result);
    }

    /// <summary>The host of the framework that runs the tests: it need not be on the path.</summary>
    private static string DotNet()
    {
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return Path.GetFullPath(Path.Combine(framework, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
    }
}
