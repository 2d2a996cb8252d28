using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace KernelGen.Bench.BuildModes;

/// <summary>A way to build or publish a program that has layers.</summary>
/// <param name="Name">The name in the report.</param>
/// <param name="Id">The name of its folders.</param>
/// <param name="Arguments">What `dotnet publish` gets beside the project.</param>
internal sealed record BuildMode(string Name, string Id, params string[] Arguments)
{
    private const string Program = "KernelGen.Bench.BuildModes";

    /// <summary>What a person would write, and the switches that make it so in <c>Program/</c>.</summary>
    public static readonly IReadOnlyList<BuildMode> All =
    [
        new("Release", "release", "-c", "Release"),
        new("Debug", "debug", "-c", "Debug"),
        new("Debug, `<Optimize>true</Optimize>`", "debug-optimized", "-c", "Debug", "-p:Optimized=true"),
        new("NativeAOT", "native", "-c", "Release", "-p:Native=true"),
        Native("x86-64-v3"),
        Native("native"),
    ];

    private static BuildMode Native(string set) => new(
        $"NativeAOT, `<IlcInstructionSet>{set}</IlcInstructionSet>`", $"native-{set}", "-c", "Release", "-p:Native=true",
        $"-p:IlcInstructionSet={set}");

    /// <summary>Builds the program of this mode. What the build said, where it failed; null where it did not.</summary>
    public string? Build(string folder)
    {
        string[] always = [$"-p:Mode={Id}", "-o", Path.Combine(folder, Id), "--nologo", "-v", "quiet"];
        var (output, exitCode) = Run("dotnet", ["publish", Project(), .. Arguments, .. always]);
        return exitCode == 0 ? null : output;
    }

    /// <summary>Runs the program that was built: the vector width in force, and the milliseconds of its fastest call.</summary>
    /// <exception cref="InvalidOperationException">It did not end well.</exception>
    public (int VectorBits, double Milliseconds) Measure(string folder)
    {
        var (output, exitCode) = Run(Path.Combine(folder, Id, Program + (OperatingSystem.IsWindows() ? ".exe" : "")), []);
        return exitCode == 0 && output.Split(' ') is [var bits, var milliseconds]
            ? (int.Parse(bits, CultureInfo.InvariantCulture), double.Parse(milliseconds, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"The program of mode {Name} ended with code {exitCode} and said: {output}");
    }

    private static string Project([CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here)!, "Program", Program + ".csproj");
        return File.Exists(path)
            ? path
            : throw new InvalidOperationException($"There is no {path}; this program was built from sources that are gone.");
    }

    private static (string Output, int ExitCode) Run(string file, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start.");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output.Trim(), process.ExitCode);
    }
}
