using KernelGen.Gpu.Tests.Facade;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>
/// How long the sequences of the tests are: around tiles of 4 to 32 tokens on the facade and on devices. ILGPU's own CPU accelerator takes
/// seconds a call (a thread of the system for each of a group, which wait for each other at each barrier), so there they are shorter.
/// </summary>
internal static class Sizes
{
    /// <summary>Whether the tests run on ILGPU's CPU accelerator.</summary>
    public static bool AreShort { get; } = typeof(ILGPU.Context).Assembly.GetName().Name == "ILGPU"
        && Machine.Kind == ILGPU.Runtime.AcceleratorType.CPU;

    /// <summary>Lengths around tiles.</summary>
    public static int[] Around { get; } = AreShort ? [0, 1, 17, 33] : [0, 1, 2, 7, 17, 33, 64, 97];

    /// <summary>Fewer, for backward passes, which take three times as long.</summary>
    public static int[] Gradients { get; } = AreShort ? [1, 17] : [0, 1, 17, 40];

    /// <summary>Scales of queries and keys.</summary>
    public static float[] Scales { get; } = AreShort ? [1f] : [0.5f, 1f, 2f];

    /// <summary>More than two of the largest tiles; on that accelerator more than one.</summary>
    public static int Long { get; } = AreShort ? 40 : 75;
}
