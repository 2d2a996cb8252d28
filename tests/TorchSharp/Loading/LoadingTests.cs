using System.Runtime.InteropServices;
using Xunit;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp.Tests;

/// <summary>That libtorch is there at all these tests show; here what is said where it is not, and how threads are shared.</summary>
public sealed class LoadingTests
{
    [Fact]
    public void Kernels_follow_the_threads_of_torch()
    {
        using var scope = NewDisposeScope();
        var layer = Layers.Create(nameof(Exact));
        var threads = get_num_threads();
        try
        {
            foreach (var count in (int[])[1, 2, 3])
            {
                TorchThreads.Use(count);
                Assert.Equal(count, get_num_threads());
                var query = zeros(1, 1, 2, 8, requires_grad: true);
                var output = layer.Forward(query, query, zeros(1, 1, 2, 6));
                Assert.Equal(count, layer.DegreeOfParallelism);
                layer.DegreeOfParallelism = 7;
                output.sum().backward();
                Assert.Equal(count, layer.DegreeOfParallelism);
            }
        }
        finally
        {
            TorchThreads.Use(threads);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => TorchThreads.Use(0));
    }

    [Fact]
    public void Idle_threads_of_OpenMP_spin_briefly()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null)
        {
            return;
        }

        // .NET knows the variables that the process was started with, the C library those that were set since.
        Assert.Equal(
            Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") ?? "20000", Marshal.PtrToStringUTF8(GetVariable("GOMP_SPINCOUNT")));
    }

    /// <summary>TorchSharp's own library, where it is for Linux: it names a version of libstdc++ of which it uses nothing.</summary>
    [Fact]
    public void Versions_that_are_named_but_not_used_can_be_told()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var library = ElfVersions.Read(NativeFiles.Find("LibTorchSharp")!);
        var needs = library.Needs();
        Assert.Contains(needs, need => need is { Library: "libstdc++.so.6", Version: "GLIBCXX_3.4.30" } && library.Uses(need));
        var newest = Assert.Single(needs, need => need.Version == "GLIBCXX_3.4.32");
        Assert.False(library.Uses(newest));
        Assert.False(newest.IsOptional);
        var before = library.File.ToArray();
        library.MakeOptional(newest);
        Assert.Single(before.Zip(library.File.ToArray()), pair => pair.First != pair.Second); // one bit of 2 MB
        Assert.True(library.Needs().Single(need => need.Version == "GLIBCXX_3.4.32").IsOptional);
    }

    [Fact]
    public void The_versions_that_a_library_offers_are_read()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        string line = File.ReadLines("/proc/self/maps").First(line => line.Contains("/libstdc++.so", StringComparison.Ordinal));
        var offers = ElfVersions.Read(line[line.IndexOf('/')..]).Offers();
        Assert.Contains("GLIBCXX_3.4", offers);
        Assert.Contains("GLIBCXX_3.4.30", offers); // or these tests would not have been loaded
        Assert.DoesNotContain("GLIBCXX_3.4.99", offers);
    }

    /// <summary>As on a system that is older still: a version that the library does use, made one that nobody has.</summary>
    [Fact]
    public void A_version_that_is_used_and_missing_is_named_with_its_file()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var bytes = File.ReadAllBytes(NativeFiles.Find("LibTorchSharp")!);
        "GLIBCXX_3.4.99"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("GLIBCXX_3.4.30\0"u8)));
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            var message = Assertions.Message<DllNotFoundException>(() => OldLinux.Load(path));
            Assert.Matches(
                @"needs versions .* does not have: GLIBCXX_3\.4\.99 of libstdc\+\+\.so\.6 \(/.*libstdc\+\+\.so\.6.*\)\. Use a newer system",
                message);
            Assert.DoesNotContain("3.4.32", message, StringComparison.Ordinal); // not used
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[0])]
    public void What_is_no_library_is_refused(byte[] bytes)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            Assert.Throws<InvalidDataException>(() => ElfVersions.Read(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_damaged_library_is_refused()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var bytes = File.ReadAllBytes(NativeFiles.Find("LibTorchSharp")!);
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
            Assert.Throws<InvalidDataException>(() => ElfVersions.Read(path).Needs());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [DllImport("libc", EntryPoint = "getenv")]
    private static extern nint GetVariable([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
