using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using KernelGen.IlgpuFacade;
using Xunit;

namespace KernelGen.Gpu.Tests.Facade.FacadeOnly;

/// <summary>The test double executes what emitted code says to tensor cores, and catches what a device would not forgive.</summary>
public class InlinePtxTests
{
    public static TheoryData<Action<ArrayView<float>>, string> Mistakes => new()
    {
        { TensorKernels.HalfOfTheWarp, "A divergent multiplication in kernel TensorKernels.HalfOfTheWarp" },
        { TensorKernels.TwoPlaces, "not all 32 members of the warp from member 0 came to the same one" },
        {
            TensorKernels.Unrounded,
            "An operand of a tensor core in kernel TensorKernels.Unrounded, group (0, 0, 0), member 0 was not rounded"
        },
        { TensorKernels.UnknownInstruction, "`sqrt.approx.f32 %0, %1;`" },
        { TensorKernels.WrongOperand, "Operand %0 of cvt.rna.tf32.f32" },
        { TensorKernels.MissingOperand, "Operand %2 of cvt.rna.tf32.f32" },
        { TensorKernels.NeighboursAcrossAMultiplication, "member 0, which touched what was written by member 1 with no barrier" },
        { TensorKernels.WriteOfWhatANeighbourReadBeforeAMultiplication, "member 0, which wrote what was touched with no barrier" },
    };

    [Theory]
    [MemberData(nameof(Mistakes), DisableDiscoveryEnumeration = true)]
    public void Mistake_is_caught(Action<ArrayView<float>> kernel, string message)
    {
        var error = Assert.Throws<FacadeException>(() => Run(kernel, new float[32]));
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void A_member_may_touch_its_own_before_and_after() =>
        Assert.All(Run(TensorKernels.OwnAcrossAMultiplication, new float[32]), x => Assert.Equal(2, x));

    [Fact]
    public void Fragments_are_those_of_the_PTX_ISA()
    {
        var random = new Random(1);
        float[] Integers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-9, 10))];
        var (a, b) = (Integers(16 * 8), Integers(8 * 8));
        using var machine = new Machine(new CPUDevice(32, 8, 1) { HasTensorCores = true });
        using var left = machine.Upload(a);
        using var right = machine.Upload(b);
        using var result = machine.Upload(new float[16 * 8]);
        machine.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>>(TensorKernels.Product)(
            machine.Accelerator.DefaultStream, (1, 32), left.View, right.View, result.View);

        var expected =
            from r in Enumerable.Range(0, 16)
            from c in Enumerable.Range(0, 8)
            select Enumerable.Range(0, 8).Sum(k => a[(r * 8) + k] * b[(k * 8) + c]);
        Assert.Equal(expected, result.GetAsArray1D());
    }

    [Fact]
    public void Rounding_is_to_the_nearest_with_10_bits_and_away_from_zero_at_ties()
    {
        var (ulp, half) = (MathF.ScaleB(1, -10), MathF.ScaleB(1, -11));
        float[] exact =
            [1, 1 + half, MathF.BitDecrement(1 + half), -1 - half, 1.5f + half + ulp, float.MaxValue, float.NegativeInfinity, 0];
        float[] rounded = [1, 1 + ulp, 1, -1 - ulp, 1.5f + (2 * ulp), float.PositiveInfinity, float.NegativeInfinity, 0];
        Assert.Equal(rounded, Run(TensorKernels.Round, [.. exact, .. new float[24]])[..8]);
        Assert.True(float.IsNaN(Run(TensorKernels.Round, [float.NaN, .. new float[31]])[0]));
    }

    [Fact]
    public void Without_the_guard_it_is_refused()
    {
        using var machine = new Machine();
        using var data = machine.Upload(new float[32]);
        var kernel = machine.Accelerator.LoadKernel<ArrayView<float>>(TensorKernels.Round);
        var error = Assert.Throws<FacadeException>(() => kernel(machine.Accelerator.DefaultStream, (1, 32), data.View));
        Assert.Contains("CudaAsm.IsSupported", error.Message);
    }

    private static float[] Run(Action<ArrayView<float>> kernel, float[] data)
    {
        using var machine = new Machine(new CPUDevice(32, 8, 1) { HasTensorCores = true });
        using var buffer = machine.Upload(data);
        machine.Accelerator.LoadKernel(kernel)(machine.Accelerator.DefaultStream, (1, 32), buffer.View);
        return buffer.GetAsArray1D();
    }
}
