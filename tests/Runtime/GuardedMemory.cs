using System.Runtime.InteropServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>Floats that end exactly where mapped memory ends: a read or write past them ends the test process.</summary>
internal sealed unsafe class GuardedMemory : IDisposable
{
    private readonly nuint _mapped;
    private readonly byte* _base;

    public GuardedMemory(int floats)
    {
        var page = (nuint)Environment.SystemPageSize;
        var bytes = ((nuint)floats * sizeof(float) + page - 1) / page * page;
        _mapped = bytes + page;
        if (OperatingSystem.IsWindows())
        {
            const uint reserveAndCommit = 0x3000, readWrite = 4, noAccess = 1;
            _base = (byte*)VirtualAlloc(null, _mapped, reserveAndCommit, readWrite);
            Assert.True(_base != null && VirtualProtect(_base + bytes, page, noAccess, out _) != 0);
        }
        else
        {
            const int readWrite = 3, privateMapping = 2, noAccess = 0;
            var anonymous = OperatingSystem.IsMacOS() ? 0x1000 : 0x20;
            _base = (byte*)mmap(null, _mapped, readWrite, privateMapping | anonymous, -1, 0);
            Assert.True((nint)_base != -1 && mprotect(_base + bytes, page, noAccess) == 0);
        }

        Length = floats;
        Pointer = (float*)(_base + bytes) - floats;
    }

    public int Length { get; }

    public float* Pointer { get; }

    public Span<float> Span => new(Pointer, Length);

    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
        {
            const uint release = 0x8000;
            _ = VirtualFree(_base, 0, release);
        }
        else
        {
            _ = munmap(_base, _mapped);
        }
    }

    [DllImport("libc")]
    private static extern void* mmap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [DllImport("libc")]
    private static extern int mprotect(void* address, nuint length, int protection);

    [DllImport("libc")]
    private static extern int munmap(void* address, nuint length);

    [DllImport("kernel32")]
    private static extern void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [DllImport("kernel32")]
    private static extern int VirtualProtect(void* address, nuint size, uint protection, out uint old);

    [DllImport("kernel32")]
    private static extern int VirtualFree(void* address, nuint size, uint type);
}
