using System.CommandLine;
using System.Globalization;
using KernelGen.Bench;
using KernelGen.Bench.Benchmarks;
using KernelGen.Bench.BuildCost;
using KernelGen.Bench.BuildModes;
using KernelGen.Bench.Compare;
using KernelGen.Bench.Decay;
using KernelGen.Bench.Functions;
using KernelGen.Bench.Gpu;
using KernelGen.Bench.Linformer;
using KernelGen.Bench.Masks;
using KernelGen.Bench.Relative;
using KernelGen.Bench.Roofline;

if (Build.IsDebug)
{
    Console.Error.WriteLine("A Debug build measures nothing of use. Run: dotnet run -c Release --project bench -- roofline");
    return 1;
}

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var root = new RootCommand("Measures the kernels that KernelGen generates, and the generator itself.")
{
    RooflineCommand.Create(),
    RooflineCommand.CreateWorker(),
    PackedCommand.Create(),
    MasksCommand.Create(),
    DecayCommand.Create(),
    LinformerCommand.Create(),
    RelativeCommand.Create(),
    CompareCommand.Create(),
    GpuCommand.Create(),
    FunctionsCommand.Create(),
    ModesCommand.Create(),
    BuildCostCommand.Create(),
    BuildCostCommand.CreateWorker(),
    TorchCommand.Create("peers", "Times attention of libtorch and ONNX Runtime beside KernelGen's, on the same numbers."),
    TorchCommand.Create("training", "Times whole training steps of a small model with different attentions."),
    BenchmarkCommand.Create<KernelBenchmarks>("kernels", "Time and allocations of a forward call of each kernel."),
    BenchmarkCommand.Create<GeneratorBenchmarks>("generator", "Time and allocations of the generator: a cold run, an unrelated edit."),
};

try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is InvalidOperationException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
