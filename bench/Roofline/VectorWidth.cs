using System.Runtime.Intrinsics;

namespace KernelGen.Bench.Roofline;

/// <summary>The vector widths that kernels are generated for, and how a process is made to use one.</summary>
internal static class VectorWidth
{
    /// <summary>Widest first.</summary>
    public static readonly IReadOnlyList<int> All = [512, 256, 128];

    /// <summary>The width that generated kernels use in this process, in bits: they choose as this does.</summary>
    public static int InForce => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>
    /// Sets the runtime's switches in a process's environment so that no width above the given one is used. They are read once at the
    /// start of a process, which is why each width has a process of its own.
    /// </summary>
    public static void Limit(IDictionary<string, string?> environment, int width)
    {
        environment.Remove("DOTNET_EnableAVX512");
        environment.Remove("DOTNET_EnableAVX2");
        if (width == 256)
        {
            environment["DOTNET_EnableAVX512"] = "0";
        }
        else if (width == 128)
        {
            environment["DOTNET_EnableAVX2"] = "0";
        }
    }
}
