// The whole program where the project does not reference ILGPU.
using KernelGen.Examples;

Console.Error.WriteLine("This example needs the package ILGPU. Run it with: dotnet run -c Release -p:Ilgpu=true --project examples/03-Gpu");
return ExitCode.Missing;
