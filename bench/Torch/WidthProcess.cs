using System.Diagnostics;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Torch;

/// <summary>Starts this program again with vectors of one width, for all libraries, and reads what it says.</summary>
internal static class WidthProcess
{
    /// <summary>The lines that it writes.</summary>
    /// <param name="width">Of vectors, in bits.</param>
    /// <param name="arguments">A hidden command, and its options.</param>
    /// <exception cref="InvalidOperationException">The process could not be started or did not end well.</exception>
    public static IEnumerable<string> Run(int width, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, UseShellExecute = false };
        start.FileName = Environment.ProcessPath
            ?? throw new InvalidOperationException("The path of this program is unknown, so it cannot be started for another width.");
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(WidthProcess).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        VectorWidth.Limit(start.Environment, width);
        Limit(start.Environment, width);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The measuring process did not start.");
        try
        {
            while (process.StandardOutput.ReadLine() is { } line)
            {
                yield return line;
            }

            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException(
                    $"The process that measures {width} bit ended with code {process.ExitCode}; what it said stands above.");
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>The switches of libtorch and of the two libraries that it multiplies matrices with. ONNX Runtime has none.</summary>
    private static void Limit(IDictionary<string, string?> environment, int width)
    {
        if (width < 512)
        {
            environment["ATEN_CPU_CAPABILITY"] = width == 256 ? "avx2" : "default";
            environment["ONEDNN_MAX_CPU_ISA"] = width == 256 ? "AVX2" : "SSE41";
            environment["MKL_ENABLE_INSTRUCTIONS"] = width == 256 ? "AVX2" : "SSE4_2";
        }
    }
}
