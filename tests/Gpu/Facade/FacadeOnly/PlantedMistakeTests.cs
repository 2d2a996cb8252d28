using ILGPU;
using ILGPU.Runtime;
using KernelGen.IlgpuFacade;
using Xunit;

namespace KernelGen.Gpu.Tests.Facade.FacadeOnly;

/// <summary>The test double catches the mistake that was planted, names its place, and is silent about the right kernel.</summary>
public class PlantedMistakeTests
{
    [Fact]
    public void Race_in_shared_memory() =>
        Fails(
            PlantedKernels.SharedRace,
            "A race in kernel PlantedKernels.SharedRace, group (0, 0, 0), member 1, which touched what was written by member 0 with no barrier",
            "shared memory of 64 elements of 4 bytes, element 0");

    [Fact]
    public void Write_after_a_read_of_the_same_phase() =>
        Fails(PlantedKernels.WriteAfterRead, "member 1, which wrote what was touched by member 0", "element 1");

    [Fact]
    public void Write_after_a_vote_that_follows_a_read() =>
        Fails(PlantedKernels.WriteAfterVote, "which wrote what was touched by member", "with no barrier");

    [Fact]
    public void Read_after_votes_that_follow_a_write() =>
        Fails(PlantedKernels.ReadAfterVote, "which touched what was written by member 1", "with no barrier");

    [Fact]
    public void Barrier_after_a_vote_orders() => Assert.Equal(4.0f, Run(PlantedKernels.BarrierAfterVote, new float[64])[0]);

    [Fact]
    public void Race_in_global_memory() =>
        Fails(PlantedKernels.GlobalRaceInGroup, "member 1, which wrote what was", "global memory of 64 elements of 4 bytes, element 0");

    [Fact]
    public void Barriers_make_neighbours_safe()
    {
        var result = Run(PlantedKernels.Neighbours, new float[64]);
        Assert.Equal(1.0f, result[0]);
        Assert.Equal(0.0f, result[63]);
    }

    [Fact]
    public void Race_of_groups() =>
        Fails(PlantedKernels.RaceOfGroups, 2, "group (1, 0, 0), member 3, which", "written by member 3 of group (0, 0, 0)", "element 0");

    [Fact]
    public void Race_of_groups_that_a_read_of_the_same_group_would_hide()
    {
        using var machine = new Machine();
        using var input = machine.Upload(new float[1]);
        using var result = machine.Accelerator.Allocate1D<float>(128);
        var kernel = machine.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>>(PlantedKernels.ReadBesideAnotherGroupsWrite);
        var error = Assert.Throws<FacadeException>(() => kernel(machine.Accelerator.DefaultStream, (2, 64), input.View, result.View));
        Assert.Contains("member 0, which wrote what was touched of group (0, 0, 0)", error.Message);
    }

    [Fact]
    public void Launches_are_ordered()
    {
        using var machine = new Machine();
        using var buffer = machine.Upload(new float[64]);
        var kernel = machine.Accelerator.LoadKernel<ArrayView<float>>(PlantedKernels.RaceOfGroups);
        kernel(machine.Accelerator.DefaultStream, (1, 64), buffer.View);
        kernel(machine.Accelerator.DefaultStream, (1, 64), buffer.View);
        Assert.Equal(2.0f, buffer.GetAsArray1D()[0]);
    }

    [Fact]
    public void Launches_on_two_streams_race()
    {
        using var machine = new Machine();
        using var buffer = machine.Upload(new float[64]);
        using var first = machine.Accelerator.CreateStream();
        using var second = machine.Accelerator.CreateStream();
        var kernel = machine.Accelerator.LoadKernel<ArrayView<float>>(PlantedKernels.RaceOfGroups);
        kernel(first, (1, 64), buffer.View);
        var error = Assert.Throws<FacadeException>(() => kernel(second, (1, 64), buffer.View));
        Assert.Contains(
            "member 3, which wrote what was written by member 3 of a launch on another stream with no wait for that stream between",
            error.Message);
    }

    [Fact]
    public void A_write_races_with_a_read_on_another_stream()
    {
        using var machine = new Machine();
        using var buffer = machine.Upload(new float[64]);
        using var result = machine.Upload(new float[64]);
        using var first = machine.Accelerator.CreateStream();
        using var second = machine.Accelerator.CreateStream();
        machine.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>>(PlantedKernels.Copy)(first, (1, 64), buffer.View, result.View);
        var kernel = machine.Accelerator.LoadKernel<ArrayView<float>>(PlantedKernels.RaceOfGroups);
        Assert.Contains("touched by member 0 of a launch on another stream", Assert.Throws<FacadeException>(() =>
            kernel(second, (1, 64), buffer.View)).Message);
    }

    [Fact]
    public void A_host_that_waits_orders_streams()
    {
        using var machine = new Machine();
        using var buffer = machine.Upload(new float[64]);
        using var first = machine.Accelerator.CreateStream();
        using var second = machine.Accelerator.CreateStream();
        var kernel = machine.Accelerator.LoadKernel<ArrayView<float>>(PlantedKernels.RaceOfGroups);
        kernel(first, (1, 64), buffer.View);
        first.Synchronize();
        kernel(second, (1, 64), buffer.View);
        kernel(second, (1, 64), buffer.View);
        machine.Accelerator.Synchronize();
        kernel(first, (1, 64), buffer.View);
        Assert.Equal(4.0f, buffer.GetAsArray1D()[0]);
    }

    [Fact]
    public void Atomics_do_not_race_among_themselves()
    {
        using var machine = new Machine();
        using var counter = machine.Upload(new int[2]);
        using var sum = machine.Upload(new[] { 0.0f, 0.5f });
        var kernel = machine.Accelerator.LoadKernel<ArrayView<int>, ArrayView<float>>(PlantedKernels.Counter);
        kernel(machine.Accelerator.DefaultStream, (3, 64), counter.View, sum.View);
        Assert.Equal([192, 191], counter.GetAsArray1D());
        Assert.Equal([96.0f, 0.5f], sum.GetAsArray1D());
    }

    [Fact]
    public void Atomics_race_with_plain_writes()
    {
        using var machine = new Machine();
        using var counter = machine.Upload(new int[2]);
        var kernel = machine.Accelerator.LoadKernel<ArrayView<int>>(PlantedKernels.AtomicBesidePlain);
        var error = Assert.Throws<FacadeException>(() => kernel(machine.Accelerator.DefaultStream, (1, 64), counter.View));
        Assert.Contains("member 9, which wrote what was written by member 5", error.Message);
    }

    [Fact]
    public void Barrier_that_one_member_never_reaches() =>
        Fails(
            PlantedKernels.OneReturns, "divergent barrier",
            "after 0 common ones: member 0 waits at Group.Barrier while member 17 returned");

    [Fact]
    public void Barriers_of_two_kinds() =>
        Fails(PlantedKernels.TwoKinds, "after 1 common ones: member 0 waits at Group.Barrier while member 32 waits at Group.BarrierOr");

    [Fact]
    public void Index_out_of_range() =>
        Fails(
            PlantedKernels.OutOfRange,
            "Index 8 of a global view of 8 Float4 in kernel PlantedKernels.OutOfRange, group (0, 0, 0), member 8");

    [Fact]
    public void Negative_index() => Fails(PlantedKernels.NegativeIndex, "Index -1 of a global view of 64", "member 0");

    [Fact]
    public void Subview_that_reaches_outside() => Fails(PlantedKernels.SubViewTooLong, "SubView(63, 2) of a view of 64", "member 63");

    [Fact]
    public void Misaligned_cast() =>
        Fails(PlantedKernels.MisalignedCast, "Cast<Float4> of a view that begins at byte 4", "a multiple of 16");

    [Fact]
    public void Read_of_shared_memory_that_nobody_wrote() =>
        Fails(PlantedKernels.UnwrittenShared, "A read of what nobody wrote", "member 4", "16 elements of 16 bytes, element 1 (byte 8)");

    [Fact]
    public void Sum_into_shared_memory_that_nobody_wrote() =>
        Fails(PlantedKernels.SumIntoUnwrittenShared, "A read of what nobody wrote", "member 0");

    [Fact]
    public void Read_of_local_memory_that_nobody_wrote() =>
        Fails(PlantedKernels.UnwrittenLocal, "A read of what nobody wrote", "member 63");

    [Fact]
    public void Read_of_global_memory_that_nobody_wrote()
    {
        using var machine = new Machine();
        using var input = machine.Accelerator.Allocate1D<float>(64);
        using var result = machine.Accelerator.Allocate1D<float>(64);
        var kernel = machine.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>>(PlantedKernels.Copy);
        var error = Assert.Throws<FacadeException>(() => kernel(machine.Accelerator.DefaultStream, (1, 64), input.View, result.View));
        Assert.Contains("A read of what nobody wrote", error.Message);

        input.View.MemSetToZero(machine.Accelerator.DefaultStream);
        kernel(machine.Accelerator.DefaultStream, (1, 64), input.View, result.View);
        Assert.Equal(new float[64], result.GetAsArray1D());
    }

    [Fact]
    public void Buffer_that_is_disposed_of()
    {
        using var machine = new Machine();
        var buffer = machine.Upload(new float[64]);
        var view = buffer.View;
        buffer.Dispose();
        var kernel = machine.Accelerator.LoadKernel<ArrayView<float>>(PlantedKernels.GlobalRaceInGroup);
        var error = Assert.Throws<FacadeException>(() => kernel(machine.Accelerator.DefaultStream, (1, 64), view));
        Assert.Contains("disposed of", error.Message);
    }

    [Fact]
    public void View_that_the_host_indexes()
    {
        using var machine = new Machine();
        using var buffer = machine.Upload(new float[64]);
        var error = Assert.Throws<FacadeException>(() => buffer.View[3]);
        Assert.Contains("outside of a kernel", error.Message);
    }

    [Fact]
    public void Too_much_shared_memory() => Fails(PlantedKernels.TooMuchShared, "49156 bytes of shared memory", "a group has 49152");

    [Fact]
    public void Members_that_allocate_unequally() =>
        Fails(PlantedKernels.UnequalShared, "Shared allocation number 0", "member 63", "65", "64");

    [Fact]
    public void Reference_kept_across_a_barrier() =>
        Fails(PlantedKernels.ReferenceAcrossBarrier, "NullReferenceException", "a reference that was kept across a barrier?");

    [Fact]
    public void Any_other_exception_is_placed() => Fails(PlantedKernels.DivideByZero, "DivideByZeroException", "member 2");

    [Fact]
    public void Group_that_is_too_large()
    {
        using var machine = new Machine();
        using var buffer = machine.Upload(new float[64]);
        var kernel = machine.Accelerator.LoadKernel<ArrayView<float>>(PlantedKernels.RaceOfGroups);
        var error = Assert.Throws<FacadeException>(() => kernel(machine.Accelerator.DefaultStream, (1, 257), buffer.View));
        Assert.Contains("group of (257, 1, 1)", error.Message);
    }

    [Fact]
    public void Mistakes_are_the_same_each_time()
    {
        var messages = Enumerable.Range(0, 3)
            .Select(_ => Assert.Throws<FacadeException>(() => Run(PlantedKernels.WriteAfterRead, new float[64])).Message);
        Assert.Single(messages.Distinct());
    }

    private static void Fails(Action<ArrayView<float>> kernel, params string[] parts) => Fails(kernel, 1, parts);

    private static void Fails(Action<ArrayView<float>> kernel, int groups, params string[] parts)
    {
        var error = Assert.Throws<FacadeException>(() => Run(kernel, new float[64], groups));
        Assert.All(parts, part => Assert.Contains(part, error.Message));
    }

    private static float[] Run(Action<ArrayView<float>> kernel, float[] data, int groups = 1)
    {
        using var machine = new Machine();
        using var buffer = machine.Upload(data);
        machine.Accelerator.LoadKernel(kernel)(machine.Accelerator.DefaultStream, new KernelConfig(groups, 64), buffer.View);
        return buffer.GetAsArray1D();
    }
}
