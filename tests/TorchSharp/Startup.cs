using System.Runtime.CompilerServices;
using Xunit;

// Threads, random numbers and memory are the process's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace KernelGen.TorchSharp.Tests;

internal static class Startup
{
    // Before any test's first use of TorchSharp.
    [ModuleInitializer]
    internal static void LoadTorch() => TorchThreads.Use(Environment.ProcessorCount);
}
