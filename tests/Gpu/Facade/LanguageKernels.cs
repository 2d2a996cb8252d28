using ILGPU;

namespace KernelGen.Gpu.Tests.Facade;

/// <summary>Kernels that use what emitted kernels use.</summary>
internal static class LanguageKernels
{
    /// <summary>Does any member hold a negative number? How many do?</summary>
    public static void Votes(ArrayView<float> input, ArrayView<int> result)
    {
        var negative = input[(Grid.IdxX * Group.DimX) + Group.IdxX] < 0.0f;
        var any = Group.BarrierOr(negative);
        var all = Group.BarrierAnd(negative);
        var count = Group.BarrierPopCount(negative);
        if (Group.IdxX == 0)
        {
            result[Grid.IdxX] = (any ? 1 : 0) + (all ? 2 : 0) + (4 * count);
        }
    }

    /// <summary>Reverses groups of 64 floats, four at a time through global and shared memory.</summary>
    public static void ReverseByFours(ArrayView<float> input, ArrayView<float> result)
    {
        var shared = SharedMemory.Allocate<Float4>(16);
        var floats = shared.Cast<float>();
        var from = input.SubView(Grid.IdxX * 64, 64).Cast<Float4>();
        var to = result.SubView(Grid.IdxX * 64, 64).Cast<Float4>();
        if (Group.IdxX < 16)
        {
            shared[Group.IdxX] = from[Group.IdxX];
        }

        Group.Barrier();
        if (Group.IdxX < 16)
        {
            var last = 63 - (4 * Group.IdxX);
            Float4 four;
            four.X = floats[last];
            four.Y = floats[last - 1];
            four.Z = floats[last - 2];
            four.W = floats[last - 3];
            to[Group.IdxX] = four;
        }
    }

    public static void TwelveParameters(
        ArrayView<float> a,
        ArrayView<float> b,
        ArrayView<float> c,
        ArrayView<float> d,
        ArrayView<float> e,
        ArrayView<float> f,
        ArrayView<float> result,
        int start,
        float scale,
        long step,
        Index1D offset,
        Shape shape)
    {
        var i = start + Group.IdxX;
        start = 7;
        Group.Barrier();
        var sum = a[i] + b[i] + c[i] + d[i] + e[i] + f[i];
        result[i] = (scale * sum) + step + offset + shape.Depth + start;
    }

    /// <summary>Sums of prefixes by a helper that waits in a loop, called twice, with other operands alive around the calls.</summary>
    public static void Sums(ArrayView<float> input, ArrayView<float> result)
    {
        var shared = SharedMemory.Allocate<float>(64);
        var value = input[Group.IdxX];
        var sum = (2.0f * value) + Total(shared, value);
        result[Group.IdxX] = 0.0f;
        var squares = value < 0.0f ? -1.0f : Group.IdxX >= 0 ? Total(shared, value * value) : 0.0f;
        result[Group.IdxX] = (1000.0f * sum) + squares;
    }

    /// <summary>Types of locals of all kinds, alive across a barrier in a loop with a switch.</summary>
    public static void Locals(ArrayView<int> result)
    {
        var bits = (ushort)(Group.IdxX + 65530);
        var wide = 1L << 40;
        var flag = Group.IdxX % 3 == 0;
        var pair = (First: Group.IdxX, Second: 0.5);
        var memory = LocalMemory.Allocate<int>(2);
        memory[0] = Group.IdxX;
        memory[1] = 0;
        for (var i = 0; i < 4; i++)
        {
            switch (i)
            {
                case 0:
                    Group.Barrier();
                    pair.First++;
                    break;
                case 1:
                    wide += pair.First;
                    Group.Barrier();
                    break;
                case 2:
                    memory[1] += memory[0];
                    Group.Barrier();
                    flag = !flag;
                    break;
                default:
                    pair.Second *= 4.0;
                    break;
            }
        }

        result[Group.IdxX] = bits + (int)(wide - (1L << 40)) + (flag ? 100_000 : 0) + (int)pair.Second + memory[1];
    }

    private static float Total(ArrayView<float> shared, float value)
    {
        shared[Group.IdxX] = value;
        Group.Barrier();
        for (var step = 32; step > 0; step /= 2)
        {
            if (Group.IdxX < step)
            {
                shared[Group.IdxX] += shared[Group.IdxX + step];
            }

            Group.Barrier();
        }

        var total = shared[0];
        Group.Barrier();
        return total;
    }
}
