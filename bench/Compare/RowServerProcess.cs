using System.Diagnostics;
using System.Globalization;
using KernelGen.Bench.Roofline;

namespace KernelGen.Bench.Compare;

/// <summary>A process that measures rows of one side at one width; bench/RowServer/Program.cs is what it runs.</summary>
internal sealed class RowServerProcess : IDisposable
{
    private readonly string _side;
    private readonly Process _process;

    /// <param name="side">What is measured, for messages.</param>
    /// <param name="build">The program.</param>
    /// <param name="width">The width that it may use at most.</param>
    /// <param name="threads">The threads of a call.</param>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public RowServerProcess(string side, RowServerBuild build, int width, int threads)
    {
        _side = side;
        var start = new ProcessStartInfo(Tool.Dotnet, [build.Program, threads.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        VectorWidth.Limit(start.Environment, width);
        _process = Process.Start(start) ?? throw new InvalidOperationException($"The process that measures {side} did not start.");
        Width = int.Parse(Answer(), CultureInfo.InvariantCulture);
    }

    /// <summary>The width in force.</summary>
    public int Width { get; }

    public IReadOnlyList<string> Rows() => Ask("rows").Split('\t', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Makes a row ready to be measured, and warm.</summary>
    public void Open(string row) => Ask($"open {row}");

    /// <summary>Measures the open row once.</summary>
    /// <returns>Seconds of a call.</returns>
    public double Slice() => double.Parse(
        Ask(string.Create(CultureInfo.InvariantCulture, $"slice {CompareEffort.SliceSeconds}")), CultureInfo.InvariantCulture);

    /// <summary>Ends it at once, from any thread.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        // It ends with its input.
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(2)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private string Ask(string line)
    {
        try
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It has ended, which its answer says too.
        }

        return Answer();
    }

    private string Answer()
    {
        if (_process.StandardOutput.ReadLine() is { } answer)
        {
            return answer;
        }

        _process.WaitForExit();
        throw new InvalidOperationException(
            $"The process that measures {_side} ended with code {_process.ExitCode}; what it said stands above.");
    }
}
