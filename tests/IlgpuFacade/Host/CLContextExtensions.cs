namespace ILGPU.Runtime.OpenCL;

/// <summary>OpenCL devices: the facade finds none.</summary>
public static class CLContextExtensions
{
    public static Context.Builder OpenCL(this Context.Builder builder) => builder;
}
