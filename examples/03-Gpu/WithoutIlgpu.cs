// The whole program where the project does not reference ILGPU.
Console.WriteLine("This example needs the package ILGPU. Run it with: dotnet run -c Release -p:Ilgpu=true --project examples/03-Gpu");
return 0;
