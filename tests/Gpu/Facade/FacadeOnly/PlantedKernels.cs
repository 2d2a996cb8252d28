using ILGPU;

namespace KernelGen.Gpu.Tests.Facade.FacadeOnly;

/// <summary>Kernels with one mistake each, beside the nearest right one where it is not obvious.</summary>
internal static class PlantedKernels
{
    public static void SharedRace(ArrayView<float> result)
    {
        var shared = SharedMemory.Allocate<float>(64);
        shared[Group.IdxX] = 0.0f;
        Group.Barrier();
        shared[Group.IdxX] = Group.IdxX + 1;
        result[Group.IdxX] = shared[Group.IdxX == 0 ? 0 : Group.IdxX - 1];
    }

    public static void WriteAfterRead(ArrayView<float> result)
    {
        var shared = SharedMemory.Allocate<float>(64);
        shared[Group.IdxX] = Group.IdxX + 1;
        Group.Barrier();
        result[Group.IdxX] = shared[(Group.IdxX + 1) % 64];
        shared[Group.IdxX] = 0.0f;
    }

    /// <summary>Members wait for each other at a vote, but what they read before it may come after what is written then.</summary>
    public static void WriteAfterVote(ArrayView<float> result)
    {
        var shared = SharedMemory.Allocate<float>(64);
        shared[Group.IdxX] = Group.IdxX + 1;
        Group.Barrier();
        var next = shared[(Group.IdxX + 1) % 64];
        if (Group.BarrierOr(next > 60.0f))
        {
            shared[Group.IdxX] = 0.0f;
        }

        result[Group.IdxX] = next;
    }

    public static void ReadAfterVote(ArrayView<float> result)
    {
        var shared = SharedMemory.Allocate<float>(64);
        shared[Group.IdxX] = Group.IdxX + 1;
        var count = Group.BarrierPopCount(Group.IdxX < 5);
        var all = Group.BarrierAnd(count == 5);
        result[Group.IdxX] = all ? shared[(Group.IdxX + 1) % 64] : 0.0f;
    }

    public static void BarrierAfterVote(ArrayView<float> result)
    {
        var shared = SharedMemory.Allocate<float>(64);
        shared[Group.IdxX] = Group.IdxX + 1;
        Group.Barrier();
        var next = shared[(Group.IdxX + 1) % 64];
        if (Group.BarrierOr(next > 60.0f))
        {
            Group.Barrier();
            shared[Group.IdxX] = 2.0f * next;
        }

        result[Group.IdxX] = shared[Group.IdxX];
    }

    public static void GlobalRaceInGroup(ArrayView<float> result)
    {
        result[Group.IdxX / 2] = Group.IdxX + 1;
    }

    public static void Neighbours(ArrayView<float> result)
    {
        result[Group.IdxX] = Group.IdxX;
        Group.Barrier();
        var next = result[(Group.IdxX + 1) % 64];
        Group.Barrier();
        result[Group.IdxX] = next;
    }

    public static void RaceOfGroups(ArrayView<float> result)
    {
        if (Group.IdxX == 3)
        {
            result[0] += 1.0f;
        }
    }

    public static void ReadBesideAnotherGroupsWrite(ArrayView<float> input, ArrayView<float> result)
    {
        // Group 0 reads what group 1 writes; group 1 reads it first itself, which must not hide the read of group 0.
        var value = input[0];
        Group.Barrier();
        result[(Grid.IdxX * Group.DimX) + Group.IdxX] = value;
        if (Grid.IdxX == 1 && Group.IdxX == 0)
        {
            input[0] = value + 1.0f;
        }
    }

    public static void Counter(ArrayView<int> counter, ArrayView<float> sum)
    {
        Atomic.Add(ref counter[0], 1);
        Atomic.Max(ref counter[1], (Grid.IdxX * Group.DimX) + Group.IdxX);
        Atomic.Add(ref sum[0], sum[1]);
    }

    public static void AtomicBesidePlain(ArrayView<int> counter)
    {
        Atomic.Add(ref counter[0], 1);
        if (Group.IdxX == 5)
        {
            counter[1] = 3;
        }

        if (Group.IdxX == 9)
        {
            Atomic.Add(ref counter[1], 1);
        }
    }

    public static void OneReturns(ArrayView<float> result)
    {
        if (Group.IdxX == 17)
        {
            return;
        }

        Group.Barrier();
        result[Group.IdxX] = 1.0f;
    }

    public static void TwoKinds(ArrayView<float> result)
    {
        Group.Barrier();
        if (Group.IdxX < 32)
        {
            Group.Barrier();
        }
        else if (Group.BarrierOr(true))
        {
            result[Group.IdxX] = 1.0f;
        }
    }

    public static void OutOfRange(ArrayView<float> result)
    {
        var half = result.SubView(0, 32).Cast<Float4>();
        half[Group.IdxX].Y = 1.0f;
    }

    public static void NegativeIndex(ArrayView<float> result)
    {
        result[Group.IdxX - 1] = 1.0f;
    }

    public static void SubViewTooLong(ArrayView<float> result)
    {
        result.SubView(Group.IdxX, 2)[0] = 1.0f;
    }

    public static void MisalignedCast(ArrayView<float> result)
    {
        result.SubView(1, 8).Cast<Float4>()[0].X = 1.0f;
    }

    public static void UnwrittenShared(ArrayView<float> result)
    {
        var shared = SharedMemory.Allocate<Float4>(16);
        var floats = shared.Cast<float>();
        if (Group.IdxX != 6)
        {
            floats[Group.IdxX] = 1.0f;
        }

        Group.Barrier();
        var four = shared[Group.IdxX / 4];
        result[Group.IdxX] = four.X + four.Y + four.Z + four.W;
    }

    public static void SumIntoUnwrittenShared(ArrayView<float> result)
    {
        var shared = SharedMemory.Allocate<float>(64);
        shared[Group.IdxX] += 1.0f;
        result[Group.IdxX] = shared[Group.IdxX];
    }

    public static void UnwrittenLocal(ArrayView<float> result)
    {
        var local = LocalMemory.Allocate<float>(4);
        local[0] = 1.0f;
        result[Group.IdxX] = local[0] + local[Group.IdxX == 63 ? 3 : 0];
    }

    public static void Copy(ArrayView<float> input, ArrayView<float> result)
    {
        result[Group.IdxX] = input[Group.IdxX];
    }

    public static void TooMuchShared(ArrayView<float> result)
    {
        var shared = SharedMemory.Allocate<float>((12 * 1024) + 1);
        shared[Group.IdxX] = 1.0f;
        result[Group.IdxX] = shared[Group.IdxX];
    }

    public static void UnequalShared(ArrayView<float> result)
    {
        var shared = SharedMemory.Allocate<float>(64 + (Group.IdxX / 63));
        shared[Group.IdxX] = 1.0f;
        result[Group.IdxX] = shared[Group.IdxX];
    }

    public static void ReferenceAcrossBarrier(ArrayView<float> result)
    {
        ref var mine = ref result[Group.IdxX];
        Group.Barrier();
        mine = 1.0f;
    }

    public static void DivideByZero(ArrayView<float> result)
    {
        var zero = Group.IdxX < 2 ? 1 : 0;
        result[Group.IdxX] = 8 / zero;
    }
}
