using System.Diagnostics;
using System.Globalization;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Torch.Peers;

/// <summary>Starts this program again with vectors of one width, for all libraries, and reads what it says.</summary>
internal static class PeersProcess
{
    /// <summary>The hidden command that the started process runs.</summary>
    public const string Command = "peers-worker";

    /// <exception cref="InvalidOperationException">The process could not be started or did not end well.</exception>
    public static IEnumerable<PeerMessage> Run(int width, PeersOptions options)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, UseShellExecute = false };
        start.FileName = Environment.ProcessPath
            ?? throw new InvalidOperationException("The path of this program is unknown, so it cannot be started for another width.");
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(PeersProcess).Assembly.Location);
        }

        string[] arguments = [Command, .. options.Quick ? (string[])["--quick"] : [], "--threads", .. options.Threads.Select(count => count.ToString(CultureInfo.InvariantCulture))];
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
                yield return PeerMessage.Parse(line);
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
