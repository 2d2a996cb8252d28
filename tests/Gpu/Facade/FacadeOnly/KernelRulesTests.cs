using ILGPU;
using ILGPU.Runtime;
using KernelGen.IlgpuFacade;
using Xunit;

namespace KernelGen.Gpu.Tests.Facade.FacadeOnly;

/// <summary>A kernel that ILGPU would refuse is refused when it is loaded, with the reason.</summary>
public class KernelRulesTests
{
    public static TheoryData<Action<ArrayView<float>>, string> Refused => new()
    {
        { RefusedKernels.Throws, "an object of InvalidOperationException" },
        { RefusedKernels.CallsExp, "MathF.Exp" },
        { RefusedKernels.CallsFusedMultiplyAddInHelper, "Helper has MathF.FusedMultiplyAdd" },
        { RefusedKernels.ReadsMutableStatic, "_count, which is not readonly" },
        { RefusedKernels.ReadsStaticArray, "Table, which is no plain value" },
        { RefusedKernels.UsesSpan, "stackalloc" },
        { RefusedKernels.Boxes, "a value as an object" },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void Kernel_is_refused(Action<ArrayView<float>> kernel, string reason)
    {
        using var machine = new Machine();
        var error = Assert.Throws<FacadeException>(() => machine.Accelerator.LoadKernel(kernel));
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void Parameter_types_are_public()
    {
        using var machine = new Machine();
        var error = Assert.Throws<FacadeException>(
            () => machine.Accelerator.LoadKernel<ArrayView<float>, RefusedKernels.Hidden>(RefusedKernels.TakesHiddenStruct));
        Assert.Contains("a parameter of Hidden", error.Message);
    }
}
