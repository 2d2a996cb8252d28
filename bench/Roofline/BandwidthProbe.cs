using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KernelGen.Bench.Roofline;

/// <summary>
/// Measures how many bytes a second go between the processor and the cache (or memory) that a footprint lives in: it goes through the whole
/// footprint again and again, reads all of it, and writes a share of it back.
/// </summary>
/// <remarks>Eight sums keep the loads independent. The part that is written moves on from pass to pass.</remarks>
internal sealed unsafe class BandwidthProbe : IDisposable
{
    private const int LineFloats = 16, UnrolledFloats = 8 * LineFloats;

    private static float sink;

    private readonly float* _memory;
    private readonly nint _floats, _written;
    private nint _writeFrom;

    public BandwidthProbe(double bytes, double writtenShare)
    {
        _floats = Math.Max(1, (nint)(bytes / sizeof(float)) / UnrolledFloats) * UnrolledFloats;
        _written = (nint)(_floats * writtenShare) / UnrolledFloats * UnrolledFloats;
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)_floats * sizeof(float), 64);
        new Span<float>(_memory, (int)_floats).Fill(1);
    }

    /// <summary>Bytes that a pass reads and writes.</summary>
    public double BytesPerPass => (_floats + _written) * (double)sizeof(float);

    public void Pass()
    {
        _writeFrom = _writeFrom + _written + _written <= _floats ? _writeFrom + _written : 0;
        sink = Read(_memory, _writeFrom) + Read(_memory + _writeFrom + _written, _floats - _writeFrom - _written);
        Write(_memory + _writeFrom, _written);
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Read(float* from, nint floats)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
            for (nint i = 0; i < floats; i += UnrolledFloats)
            {
                a0 += Vector512.Load(from + i);
                a1 += Vector512.Load(from + i + 16);
                a2 += Vector512.Load(from + i + 32);
                a3 += Vector512.Load(from + i + 48);
                a4 += Vector512.Load(from + i + 64);
                a5 += Vector512.Load(from + i + 80);
                a6 += Vector512.Load(from + i + 96);
                a7 += Vector512.Load(from + i + 112);
            }

            return Vector512.Sum(a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<float> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
            for (nint i = 0; i < floats; i += 64)
            {
                b0 += Vector256.Load(from + i);
                b1 += Vector256.Load(from + i + 8);
                b2 += Vector256.Load(from + i + 16);
                b3 += Vector256.Load(from + i + 24);
                b4 += Vector256.Load(from + i + 32);
                b5 += Vector256.Load(from + i + 40);
                b6 += Vector256.Load(from + i + 48);
                b7 += Vector256.Load(from + i + 56);
            }

            return Vector256.Sum(b0 + b1 + b2 + b3 + b4 + b5 + b6 + b7);
        }

        Vector128<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        for (nint i = 0; i < floats; i += 32)
        {
            c0 += Vector128.Load(from + i);
            c1 += Vector128.Load(from + i + 4);
            c2 += Vector128.Load(from + i + 8);
            c3 += Vector128.Load(from + i + 12);
            c4 += Vector128.Load(from + i + 16);
            c5 += Vector128.Load(from + i + 20);
            c6 += Vector128.Load(from + i + 24);
            c7 += Vector128.Load(from + i + 28);
        }

        return Vector128.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7);
    }

    /// <summary>x ← x/2 + ½ stays at 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(float* from, nint floats)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            for (nint i = 0; i < floats; i += 32)
            {
                ((Vector512.Load(from + i) * 0.5f) + Vector512.Create(0.5f)).Store(from + i);
                ((Vector512.Load(from + i + 16) * 0.5f) + Vector512.Create(0.5f)).Store(from + i + 16);
            }

            return;
        }

        for (nint i = 0; i < floats; i += 8)
        {
            ((Vector128.Load(from + i) * 0.5f) + Vector128.Create(0.5f)).Store(from + i);
            ((Vector128.Load(from + i + 4) * 0.5f) + Vector128.Create(0.5f)).Store(from + i + 4);
        }
    }
}
