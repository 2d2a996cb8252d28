using System.CommandLine;
using System.Globalization;
using KernelGen.Bench;
using KernelGen.Bench.Torch.Peers;
using KernelGen.Bench.Torch.Training;

if (Build.IsDebug)
{
    Console.Error.WriteLine("A Debug build measures nothing of use. Run: dotnet run -c Release --project bench -- peers");
    return 1;
}

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var root = new RootCommand("Measures KernelGen's layers beside other libraries, and in training.")
{
    PeersCommand.Create(),
    PeersCommand.CreateWorker(),
    TrainingCommand.Create(),
    TrainingCommand.CreateWorker(),
};

try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is InvalidOperationException or IOException or UnauthorizedAccessException or DllNotFoundException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
