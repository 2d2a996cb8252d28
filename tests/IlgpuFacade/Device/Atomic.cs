using System.Runtime.CompilerServices;
using KernelGen.IlgpuFacade;

namespace ILGPU;

/// <summary>Atomic updates of view cells; each returns the value from before. Exempt from the race check among themselves.</summary>
public static class Atomic
{
    public static int Add(ref int target, int value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<int, byte>(ref target));
        var old = target;
        target = old + value;
        cell.Close();
        return old;
    }

    public static uint Add(ref uint target, uint value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<uint, byte>(ref target));
        var old = target;
        target = old + value;
        cell.Close();
        return old;
    }

    public static float Add(ref float target, float value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<float, byte>(ref target));
        var old = target;
        target = old + value;
        cell.Close();
        return old;
    }

    public static int Max(ref int target, int value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<int, byte>(ref target));
        var old = target;
        target = Math.Max(old, value);
        cell.Close();
        return old;
    }

    public static uint Max(ref uint target, uint value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<uint, byte>(ref target));
        var old = target;
        target = Math.Max(old, value);
        cell.Close();
        return old;
    }

    public static float Max(ref float target, float value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<float, byte>(ref target));
        var old = target;
        target = Math.Max(old, value);
        cell.Close();
        return old;
    }

    public static int Min(ref int target, int value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<int, byte>(ref target));
        var old = target;
        target = Math.Min(old, value);
        cell.Close();
        return old;
    }

    public static uint Min(ref uint target, uint value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<uint, byte>(ref target));
        var old = target;
        target = Math.Min(old, value);
        cell.Close();
        return old;
    }

    public static float Min(ref float target, float value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<float, byte>(ref target));
        var old = target;
        target = Math.Min(old, value);
        cell.Close();
        return old;
    }

    public static int Exchange(ref int target, int value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<int, byte>(ref target));
        var old = target;
        target = value;
        cell.Close();
        return old;
    }

    public static uint Exchange(ref uint target, uint value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<uint, byte>(ref target));
        var old = target;
        target = value;
        cell.Close();
        return old;
    }

    public static float Exchange(ref float target, float value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<float, byte>(ref target));
        var old = target;
        target = value;
        cell.Close();
        return old;
    }

    public static int CompareExchange(ref int target, int compare, int value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<int, byte>(ref target));
        var old = target;
        target = old == compare ? value : old;
        cell.Close();
        return old;
    }

    public static uint CompareExchange(ref uint target, uint compare, uint value)
    {
        var cell = AtomicCell.Open(ref Unsafe.As<uint, byte>(ref target));
        var old = target;
        target = old == compare ? value : old;
        cell.Close();
        return old;
    }
}
