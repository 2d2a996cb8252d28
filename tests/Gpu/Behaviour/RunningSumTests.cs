using ILGPU;
using ILGPU.Runtime;
using KernelGen.CompilerServices;
using KernelGen.Tests.Decay;
using KernelGen.Gpu.Tests.Facade;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>The kernels that add up how much is left of sums, by themselves: two floats are as good as a double.</summary>
public class RunningSumTests
{
    public static TheoryData<int, string> Sequences
    {
        get
        {
            var all = new TheoryData<int, string>();
            foreach (var length in Sizes.AreShort ? [1000] : new[] { 1, 2, 255, 256, 257, 1000, 70_000 })
            {
                foreach (var structure in new[] { "equal", "random", "of all sizes", "huge among tiny", "none" })
                {
                    all.Add(length, structure);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Sequences))]
    public void Sums_keep_44_bits(int length, string structure)
    {
        var decays = Numbers(length, structure);
        using var machine = new Machine();
        using var summands = machine.Upload(decays);
        using var sums = machine.Upload(new float[2 * length]);
        using var noLengths = machine.Upload(new int[1]);
        var shape = new AttentionShape(1, 1, length);
        var operand = new Operand("logDecay", OperandRows.Queries, 1, OperandAccess.Read);
        var kernel = machine.Accelerator
            .LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<int>, GpuShape>(FadingRelu.Gpu.RunningSums.Sum);
        kernel(
            machine.Accelerator.DefaultStream, new KernelConfig(1, 256), summands.View, sums.View, noLengths.View,
            new GpuShape(
                GpuPart.All(shape), false, false, false, Tokens(shape), 1, 0, GpuPlace.Of(operand, length, default, shape),
                GpuPlace.OfKept(0, length, shape), GpuPlace.OfKept(length, length, shape)));
        machine.Accelerator.DefaultStream.Synchronize();
        var found = sums.GetAsArray1D();
        decimal exact = 0;
        for (var i = 0; i < length; i++)
        {
            // A double would have lost as much. Each logarithm is off by 2⁻⁴⁵ of it, and the sum is rounded to 48 bits once.
            exact += (decimal)(double)Math.Max(decays[i], -16_384f) * 1.4426950408889634073599246810m;
            var sum = (double)found[i] + found[length + i];
            var error = Math.Abs((double)((decimal)(double)found[i] + (decimal)(double)found[length + i] - exact));
            Assert.True(error <= Math.Abs((double)exact) * Math.Pow(2, -44), $"token {i}: {exact} expected, {sum} found");
            Assert.True(Math.Abs(found[length + i]) <= Math.Abs(found[i]) * Math.Pow(2, -23), $"token {i}: {found[i]} has lost much");
        }
    }

    [Theory]
    [MemberData(nameof(Sequences))]
    public void Gradients_are_sums_from_the_last_token_on(int length, string structure)
    {
        // Of both signs, so that most of them cancels.
        float[] numbers = [.. Numbers(length, structure).Select((x, i) => i % 2 == 0 ? x : -x * 0.999f)];
        using var machine = new Machine();
        using var sums = machine.Upload(numbers);
        using var gradient = machine.Upload(Enumerable.Repeat(0.5f, length).ToArray());
        using var noLengths = machine.Upload(new int[1]);
        var shape = new AttentionShape(1, 1, length);
        var operand = new Operand("logDecayGradient", OperandRows.Queries, 1, OperandAccess.Accumulate);
        var kernel = machine.Accelerator
            .LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<int>, GpuShape>(FadingRelu.Gpu.RunningSums.Gradient);
        foreach (var adds in new[] { false, true })
        {
            var place = GpuPlace.Of(operand, length, default, shape);
            kernel(
                machine.Accelerator.DefaultStream, new KernelConfig(1, 256), sums.View, gradient.View, noLengths.View,
                new GpuShape(GpuPart.All(shape), false, false, adds, Tokens(shape), 1, 0, GpuPlace.OfKept(0, length, shape), place));
            machine.Accelerator.DefaultStream.Synchronize();
            var found = gradient.GetAsArray1D();
            var (sum, size) = (0.0, 0.0);
            for (var i = length - 1; i >= 0; i--)
            {
                sum += numbers[i];
                size += Math.Abs(numbers[i]);
                var expected = adds ? (float)sum + sum : sum;
                Assert.Equal(expected, found[i], (Math.Abs(expected) * Math.Pow(2, -22)) + (size * Math.Pow(2, -42)));
            }
        }
    }

    private static float[] Numbers(int length, string structure)
    {
        var random = new Random(length);
        return [.. Enumerable.Range(0, length).Select(i => structure switch
        {
            "equal" => -0.1f,
            "random" => -random.NextSingle(),
            "of all sizes" => -MathF.Pow(2, random.Next(-30, 13)) * (1 + random.NextSingle()),
            "huge among tiny" => i % 97 == 0 ? -1e5f : -1e-7f,
            _ => 0,
        })];
    }

    /// <summary>Of a thread.</summary>
    private static int Tokens(AttentionShape shape) => (shape.QueryLength + 255) / 256;
}
