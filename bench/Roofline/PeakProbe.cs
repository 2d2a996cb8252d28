using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.Bench.Roofline;

/// <summary>Measures the most multiply-adds a second that this machine does right now at the vector width in force.</summary>
/// <remarks>
/// Independent accumulators hide the latency of the instruction: two units times a latency of four need eight. They are separate locals in
/// straight-line text because that is what the JIT keeps in registers.
/// </remarks>
internal static class PeakProbe
{
    /// <summary>Shorter probes are noisy themselves.</summary>
    private const double MinimumSeconds = 0.02;

    private const int Rounds = 20_000;

    /// <summary>x ← x·Factor + Addend settles near 1: never subnormal, never infinite, which would run at another speed.</summary>
    private const float Factor = 0.0001f, Addend = 1.0001f;

    /// <summary>Keeps results alive, so that the JIT cannot drop the loops.</summary>
    private static float sink;

    /// <summary>Floating-point operations a second of that many threads together; a multiply-add is two.</summary>
    public static double Measure(int threads)
    {
        if (threads == 1)
        {
            return MeasureOne();
        }

        var rates = new double[threads];
        using var start = new Barrier(threads);
        void Work(int index)
        {
            start.SignalAndWait();
            rates[index] = MeasureOne();
        }

        var others = Enumerable.Range(1, threads - 1).Select(index => new Thread(() => Work(index))).ToArray();
        Array.ForEach(others, thread => thread.Start());
        Work(0);
        Array.ForEach(others, thread => thread.Join());
        return rates.Sum();
    }

    private static double MeasureOne()
    {
        var operations = 0.0;
        double seconds;
        var start = Stopwatch.GetTimestamp();
        do
        {
            if (Vector512.IsHardwareAccelerated)
            {
                sink = Run512(Rounds);
                operations += 2.0 * Rounds * 24 * Vector512<float>.Count;
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                sink = Run256(Rounds);
                operations += 2.0 * Rounds * 12 * Vector256<float>.Count;
            }
            else
            {
                sink = Run128(Rounds);
                operations += 2.0 * Rounds * 12 * Vector128<float>.Count;
            }

            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        while (seconds < MinimumSeconds);
        return operations / seconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run512(int rounds)
    {
        var one = Vector512.Create(Addend);
        var small = Vector512.Create(Factor);
        Vector512<float> a0 = one, a1 = one, a2 = one, a3 = one, a4 = one, a5 = one;
        Vector512<float> a6 = one, a7 = one, a8 = one, a9 = one, a10 = one, a11 = one;
        Vector512<float> a12 = one, a13 = one, a14 = one, a15 = one, a16 = one, a17 = one;
        Vector512<float> a18 = one, a19 = one, a20 = one, a21 = one, a22 = one, a23 = one;
        for (var round = 0; round < rounds; round++)
        {
            a0 = Vector512.FusedMultiplyAdd(a0, small, one);
            a1 = Vector512.FusedMultiplyAdd(a1, small, one);
            a2 = Vector512.FusedMultiplyAdd(a2, small, one);
            a3 = Vector512.FusedMultiplyAdd(a3, small, one);
            a4 = Vector512.FusedMultiplyAdd(a4, small, one);
            a5 = Vector512.FusedMultiplyAdd(a5, small, one);
            a6 = Vector512.FusedMultiplyAdd(a6, small, one);
            a7 = Vector512.FusedMultiplyAdd(a7, small, one);
            a8 = Vector512.FusedMultiplyAdd(a8, small, one);
            a9 = Vector512.FusedMultiplyAdd(a9, small, one);
            a10 = Vector512.FusedMultiplyAdd(a10, small, one);
            a11 = Vector512.FusedMultiplyAdd(a11, small, one);
            a12 = Vector512.FusedMultiplyAdd(a12, small, one);
            a13 = Vector512.FusedMultiplyAdd(a13, small, one);
            a14 = Vector512.FusedMultiplyAdd(a14, small, one);
            a15 = Vector512.FusedMultiplyAdd(a15, small, one);
            a16 = Vector512.FusedMultiplyAdd(a16, small, one);
            a17 = Vector512.FusedMultiplyAdd(a17, small, one);
            a18 = Vector512.FusedMultiplyAdd(a18, small, one);
            a19 = Vector512.FusedMultiplyAdd(a19, small, one);
            a20 = Vector512.FusedMultiplyAdd(a20, small, one);
            a21 = Vector512.FusedMultiplyAdd(a21, small, one);
            a22 = Vector512.FusedMultiplyAdd(a22, small, one);
            a23 = Vector512.FusedMultiplyAdd(a23, small, one);
        }

        return Vector512.Sum(a0 + a1 + a2 + a3 + a4 + a5
            + a6 + a7 + a8 + a9 + a10 + a11
            + a12 + a13 + a14 + a15 + a16 + a17
            + a18 + a19 + a20 + a21 + a22 + a23);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run256(int rounds)
    {
        var one = Vector256.Create(Addend);
        var small = Vector256.Create(Factor);
        Vector256<float> a0 = one, a1 = one, a2 = one, a3 = one, a4 = one, a5 = one;
        Vector256<float> a6 = one, a7 = one, a8 = one, a9 = one, a10 = one, a11 = one;
        for (var round = 0; round < rounds; round++)
        {
            a0 = Vector256.FusedMultiplyAdd(a0, small, one);
            a1 = Vector256.FusedMultiplyAdd(a1, small, one);
            a2 = Vector256.FusedMultiplyAdd(a2, small, one);
            a3 = Vector256.FusedMultiplyAdd(a3, small, one);
            a4 = Vector256.FusedMultiplyAdd(a4, small, one);
            a5 = Vector256.FusedMultiplyAdd(a5, small, one);
            a6 = Vector256.FusedMultiplyAdd(a6, small, one);
            a7 = Vector256.FusedMultiplyAdd(a7, small, one);
            a8 = Vector256.FusedMultiplyAdd(a8, small, one);
            a9 = Vector256.FusedMultiplyAdd(a9, small, one);
            a10 = Vector256.FusedMultiplyAdd(a10, small, one);
            a11 = Vector256.FusedMultiplyAdd(a11, small, one);
        }

        return Vector256.Sum(a0 + a1 + a2 + a3 + a4 + a5
            + a6 + a7 + a8 + a9 + a10 + a11);
    }

    // Without AVX2 there may be no fused multiply-add; the kernels then multiply and add, and so does their peak.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run128(int rounds)
    {
        var one = Vector128.Create(Addend);
        var small = Vector128.Create(Factor);
        Vector128<float> a0 = one, a1 = one, a2 = one, a3 = one, a4 = one, a5 = one;
        Vector128<float> a6 = one, a7 = one, a8 = one, a9 = one, a10 = one, a11 = one;
        for (var round = 0; round < rounds; round++)
        {
            a0 = Vector128.MultiplyAddEstimate(a0, small, one);
            a1 = Vector128.MultiplyAddEstimate(a1, small, one);
            a2 = Vector128.MultiplyAddEstimate(a2, small, one);
            a3 = Vector128.MultiplyAddEstimate(a3, small, one);
            a4 = Vector128.MultiplyAddEstimate(a4, small, one);
            a5 = Vector128.MultiplyAddEstimate(a5, small, one);
            a6 = Vector128.MultiplyAddEstimate(a6, small, one);
            a7 = Vector128.MultiplyAddEstimate(a7, small, one);
            a8 = Vector128.MultiplyAddEstimate(a8, small, one);
            a9 = Vector128.MultiplyAddEstimate(a9, small, one);
            a10 = Vector128.MultiplyAddEstimate(a10, small, one);
            a11 = Vector128.MultiplyAddEstimate(a11, small, one);
        }

        return Vector128.Sum(a0 + a1 + a2 + a3 + a4 + a5
            + a6 + a7 + a8 + a9 + a10 + a11);
    }
}
