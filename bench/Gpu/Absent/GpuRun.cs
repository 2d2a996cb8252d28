namespace KernelGen.Bench.Gpu;

/// <summary>What there is to run without ILGPU: nothing.</summary>
internal static class GpuRun
{
    public static int Execute(GpuOptions options)
    {
        _ = options;
        Console.Error.WriteLine("This needs the package ILGPU. Run: dotnet run -c Release -p:Ilgpu=true --project bench -- gpu");
        return 3; // as of the examples: what it runs on is not there
    }
}
