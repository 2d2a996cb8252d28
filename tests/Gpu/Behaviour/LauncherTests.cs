using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using KernelGen.CompilerServices;
using KernelGen.Gpu.Tests.Facade;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>What a launcher says to what it cannot do: always what is needed and what is there.</summary>
public class LauncherTests
{
    private static readonly float[] None = [];

    [Fact]
    public void Lengths_that_do_not_fit_are_named()
    {
        using var machine = new Machine();
        using var gpu = new Softmax8.Gpu(new Softmax8(1), machine.Accelerator);
        var shape = new AttentionShape(1, 2, 3, 5);
        foreach (var wrong in Enumerable.Range(0, 4))
        {
            int[] lengths = [48, 80, 80, 48];
            lengths[wrong]++;
            var error = Assert.Throws<ArgumentException>(() => gpu.Forward(
                new float[lengths[0]], new float[lengths[1]], new float[lengths[2]], new float[lengths[3]], shape));
            Names(error, $"{lengths[wrong]}", $"{lengths[wrong] - 1}");
            Assert.Equal(new[] { "query", "key", "value", "destination" }[wrong], error.ParamName);
        }

        Names(
            Assert.Throws<ArgumentException>(() => gpu.Forward(new float[48], new float[80], new float[80], new float[48], shape, [1, 2])),
            "2", "1");
        Names(
            Assert.ThrowsAny<ArgumentException>(() => gpu.Forward(new float[48], new float[80], new float[80], new float[48], shape, [6])),
            "6", "5");
        Names(
            Assert.Throws<ArgumentException>(
                "queryLengths",
                () => gpu.Forward(new float[48], new float[80], new float[80], new float[48], shape, queryLengths: [1, 2])),
            "2", "1");
        Names(
            Assert.Throws<ArgumentException>(
                "queryLengths",
                () => gpu.Forward(new float[48], new float[80], new float[80], new float[48], shape, queryLengths: [4])),
            "queryLengths[0] is 4", "QueryLength = 3");
    }

    [Fact]
    public void Views_that_do_not_fit_are_named()
    {
        using var machine = new Machine();
        using var gpu = new Softmax8.Gpu(new Softmax8(1), machine.Accelerator);
        using var eight = machine.Upload(new float[8]);
        using var two = machine.Upload(new float[2]);
        var shape = new AttentionShape(1, 1, 1);
        var stream = machine.Accelerator.DefaultStream;
        Names(Assert.Throws<ArgumentException>(() => gpu.Forward(stream, two.View, eight.View, eight.View, eight.View, shape)), "2", "8");
    }

    [Fact]
    public void Strides_that_do_not_fit_are_named()
    {
        using var machine = new Machine();
        using var gpu = new Softmax8.Gpu(new Softmax8(1), machine.Accelerator);
        using var numbers = machine.Upload(new float[100]);
        var (stream, view, shape) = (machine.Accelerator.DefaultStream, (ArrayView<float>)numbers.View, new AttentionShape(1, 2, 3));
        foreach (var (strides, parts) in new (TensorStrides, string[])[]
        {
            (new(0, 8, 50), ["key holds 100 numbers", "the number 116"]),
            (new(0, 8, -1), ["-1 (tokens)", "none can be negative"]),
            (new(0, 0, (nint)1 << 31), ["100", "4294967304"]),
        })
        {
            Names(Assert.Throws<ArgumentException>("key", () => Forward(keyStrides: strides)), parts);
        }

        // Of one token nothing is too far away but the next.
        Names(
            Assert.Throws<ArgumentException>("key", () => gpu.Forward(
                stream, view.SubView(0, 16), view, view.SubView(0, 16), view.SubView(16, 16), new AttentionShape(1, 2, 1),
                keyStrides: new(0, 8, (nint)1 << 40))),
            "1099511627776", "2147483647");

        // What is written has no two parts that are the same memory; what is read may.
        Names(
            Assert.Throws<ArgumentException>("destination", () => Forward(keyStrides: new(0, 8, 16), destinationStrides: new(0, 0, 8))),
            "destination is written", "some are the same memory");
        Forward(keyStrides: new(0, 0, 8), destinationStrides: new(0, 8, 16));
        stream.Synchronize();

        void Forward(TensorStrides keyStrides = default, TensorStrides destinationStrides = default) => gpu.Forward(
            stream, view.SubView(0, 48), view, view.SubView(0, 48), view.SubView(48), shape, keyStrides: keyStrides,
            destinationStrides: destinationStrides);
    }

    [Fact]
    public void Heads_that_do_not_go_round_are_named()
    {
        using var machine = new Machine();
        using var gpu = new Softmax8.Gpu(new Softmax8(1), machine.Accelerator);
        var shape = new AttentionShape(1, 4, 1);
        Names(
            Assert.Throws<ArgumentException>(() =>
                gpu.Forward(new float[32], new float[24], new float[24], new float[32], shape with { KeyHeads = 3 })),
            "KeyHeads is 3", "Heads = 4");
        Names(
            Assert.Throws<ArgumentException>("key", () =>
                gpu.Forward(new float[32], new float[32], new float[32], new float[32], shape with { KeyHeads = 2 })),
            "key holds 32 numbers", "heads 2", "= 16");
    }

    [Fact]
    public void A_causal_layer_wants_as_many_keys_as_queries()
    {
        using var machine = new Machine();
        using var gpu = new CausalSoftmax8.Gpu(new CausalSoftmax8(1), machine.Accelerator);
        Names(
            Assert.ThrowsAny<ArgumentException>(() =>
                gpu.Forward(new float[24], new float[40], new float[40], new float[24], new AttentionShape(1, 1, 3, 5))),
            "3", "5");
    }

    [Fact]
    public void A_sequence_that_is_too_long_to_count_is_refused() =>
        Names(
            Assert.Throws<ArgumentException>(() => GpuChecks.CheckShape(new AttentionShape(1, 1, int.MaxValue), causal: false)),
            "1073741824", "2147483647");

    [Fact]
    public void A_device_with_small_groups_is_refused()
    {
        using var machine = new Machine(new CPUDevice(32, 4, 1));
        Names(Assert.Throws<NotSupportedException>(() => new Softmax8.Gpu(new Softmax8(1), machine.Accelerator)), "256", "128");
    }

    [Fact]
    public void A_device_with_little_shared_memory_is_refused() =>
        Names(
            Assert.Throws<NotSupportedException>(() => GpuChecks.CheckDevice("Small", threads: 256, shared: 16384, sharedBytes: 49000)),
            "49000", "16384", "Small");

    [Fact]
    public void Scratch_memory_that_the_device_does_not_have_is_named() =>
        Names(
            Assert.Throws<InvalidOperationException>(() => GpuChecks.CheckMemory("Small", needed: 5000, available: 4000)),
            "5000", "4000", "Small");

    [Fact]
    public void Without_a_GPU_the_driver_library_is_named()
    {
        using var context = Context.Create(b => b.Cuda());
        if (context.Devices.IsEmpty)
        {
            Names(
                Assert.Throws<InvalidOperationException>(() => Softmax8.Gpu.CreateAccelerator(context)),
                "no device at all", "b.Cuda()", "libcuda.so", "nvcuda.dll", "libOpenCL.so", "constructor of Gpu");
        }
    }

    [Fact]
    public void A_CPU_is_no_GPU()
    {
        using var context = Context.Create(b => b.CPU());
        Names(
            Assert.Throws<InvalidOperationException>(() => Softmax8.Gpu.CreateAccelerator(context)),
            "no GPU: CPUAccelerator", "b.Default()");
    }

    [Fact]
    public void Disposing_twice_is_as_good_as_once()
    {
        using var machine = new Machine();
        var gpu = new Softmax8.Gpu(new Softmax8(1), machine.Accelerator);
        gpu.Forward(new float[8], new float[8], new float[8], new float[8], new AttentionShape(1, 1, 1));
        gpu.Dispose();
        gpu.Dispose();
    }

    [Fact]
    public void A_result_is_of_one_layer_and_one_shape()
    {
        using var machine = new Machine();
        using var gpu = new Softmax8.Gpu(new Softmax8(1), machine.Accelerator);
        using var other = new Softmax8.Gpu(new Softmax8(1), machine.Accelerator);
        using var eight = machine.Upload(new float[8]);
        var (stream, shape, view) = (machine.Accelerator.DefaultStream, new AttentionShape(1, 1, 1), (ArrayView<float>)eight.View);
        using var context = gpu.CreateContext(shape);
        using var longer = gpu.CreateContext(new AttentionShape(1, 1, 2));
        using var foreign = other.CreateContext(shape);
        Assert.Equal(shape, context.Shape);
        Names(
            Assert.Throws<ArgumentException>(() => gpu.Forward(stream, view, view, view, view, shape, context: longer)),
            "QueryLength = 2", "QueryLength = 1");
        Names(Assert.Throws<ArgumentException>(() => gpu.Forward(stream, view, view, view, view, shape, context: foreign)), "another");
        Names(Assert.Throws<ArgumentException>(() => Backward(context)), "empty", "Forward");
        Names(Assert.Throws<ArgumentException>(() => gpu.LogSumExp(context)), "empty", "Forward");
        Names(Assert.Throws<ArgumentException>(() => Backward(foreign)), "another");
        Assert.Throws<ArgumentNullException>(() => Backward(null!));
        Names(Assert.ThrowsAny<ArgumentException>(() => gpu.CreateContext(new AttentionShape(1, 1, -1))), "-1");

        void Backward(GpuBackwardContext what) => gpu.Backward(stream, view, view, view, view, what, view, view, view, view, shape);
    }

    /// <summary>The launcher has the projections that the layer had when it was made, and a context those of its launcher.</summary>
    [Fact]
    public void A_redraw_between_Forward_and_Backward_changes_no_gradient()
    {
        using var machine = new Machine();
        var layer = new CausalSoftmax8(1);
        using var gpu = new CausalSoftmax8.Gpu(layer, machine.Accelerator);
        var shape = new AttentionShape(1, 1, 20);
        var numbers = new float[160];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = MathF.Sin(i);
        }

        var expected = Gradients(() => { });
        Assert.Equal(expected, Gradients(() => layer.Redraw(2)));
        Assert.NotEqual(layer.Projection.Weights.ToArray(), new CausalSoftmax8(1).Projection.Weights.ToArray());

        float[] Gradients(Action between)
        {
            using var x = machine.Upload(numbers);
            using var output = machine.Upload(new float[160]);
            using var dq = machine.Upload(new float[160]);
            using var dk = machine.Upload(new float[160]);
            using var dv = machine.Upload(new float[160]);
            using var context = gpu.CreateContext(shape);
            var (stream, view) = (machine.Accelerator.DefaultStream, (ArrayView<float>)x.View);
            gpu.Forward(stream, view, view, view, output.View, shape, context: context);
            between();
            gpu.Backward(stream, view, view, view, output.View, context, view, dq.View, dk.View, dv.View, shape);
            var gradient = new float[160];
            dk.View.CopyToCPU(stream, gradient.AsSpan());
            stream.Synchronize();
            return gradient;
        }
    }

    [Fact]
    public void What_was_disposed_of_is_used_no_more()
    {
        using var machine = new Machine();
        var gpu = new Softmax8.Gpu(new Softmax8(1), machine.Accelerator);
        using var eight = machine.Upload(new float[8]);
        var (stream, shape, view) = (machine.Accelerator.DefaultStream, new AttentionShape(1, 1, 1), (ArrayView<float>)eight.View);
        var context = gpu.CreateContext(shape);
        gpu.Forward(stream, view, view, view, view, shape, context: context);
        context.Dispose();
        context.Dispose();
        Names(
            Assert.Throws<ObjectDisposedException>(() => gpu.Forward(stream, view, view, view, view, shape, context: context)),
            "GpuBackwardContext");
        Names(Assert.Throws<ObjectDisposedException>(() => Backward(context)), "GpuBackwardContext");
        Names(Assert.Throws<ObjectDisposedException>(() => gpu.LogSumExp(context)), "GpuBackwardContext");
        Assert.Throws<ArgumentNullException>("context", () => gpu.LogSumExp(null!));
        gpu.Forward(stream, view, view, view, view, shape);

        gpu.Dispose();
        Names(Assert.Throws<ObjectDisposedException>(() => gpu.Forward(stream, view, view, view, view, shape)), "Gpu");
        Names(
            Assert.Throws<ObjectDisposedException>(() => gpu.Forward(new float[8], new float[8], new float[8], new float[8], shape)),
            "Gpu");
        Names(Assert.Throws<ObjectDisposedException>(() => Backward(context)), "Gpu");
        Names(Assert.Throws<ObjectDisposedException>(() => gpu.CreateContext(shape)), "Gpu");

        void Backward(GpuBackwardContext what) => gpu.Backward(stream, view, view, view, view, what, view, view, view, view, shape);
    }

    [Fact]
    public void Results_that_no_device_has_memory_for_are_named_with_both_numbers()
    {
        using var machine = new Machine();
        using var gpu = new Softmax8.Gpu(new Softmax8(1), machine.Accelerator);
        foreach (var shape in new[] { new AttentionShape(1 << 20, 1 << 10, 1 << 20), new AttentionShape(int.MaxValue, 1, 1 << 30) })
        {
            var error = Assert.Throws<InvalidOperationException>(() => gpu.CreateContext(shape));
            Assert.Matches("needs [0-9]{16,} bytes of a context, but .* has [0-9]{9,15} bytes in all", error.Message);
        }

        Names(Assert.ThrowsAny<ArgumentException>(() => gpu.ScratchBytes(new AttentionShape(1 << 20, 1 << 20, 1))), "1048576");
        Names(Assert.ThrowsAny<ArgumentException>(() => gpu.BackwardScratchBytes(new AttentionShape(1, 1, -1))), "-1");
    }

    [Fact]
    public void Gradients_that_do_not_fit_are_named()
    {
        using var machine = new Machine();
        using var gpu = new Softmax8.Gpu(new Softmax8(1), machine.Accelerator);
        var shape = new AttentionShape(1, 2, 3, 5);
        foreach (var wrong in Enumerable.Range(0, 7))
        {
            int[] lengths = [48, 80, 80, 48, 48, 80, 80];
            lengths[wrong]++;
            var error = Assert.Throws<ArgumentException>(() => gpu.Backward(
                new float[lengths[0]], new float[lengths[1]], new float[lengths[2]], new float[lengths[3]], new float[lengths[4]],
                new float[lengths[5]], new float[lengths[6]], shape));
            Names(error, $"{lengths[wrong]}", $"{lengths[wrong] - 1}");
            Assert.Equal(
                new[] { "query", "key", "value", "outputGradient", "queryGradient", "keyGradient", "valueGradient" }[wrong],
                error.ParamName);
        }
    }

    [Fact]
    public void Nothing_to_compute_is_no_launch()
    {
        using var machine = new Machine();
        using var gpu = new Softmax8.Gpu(new Softmax8(1), machine.Accelerator);
        gpu.Forward(None, None, None, None, new AttentionShape(0, 2, 3));
        gpu.Forward(None, new float[16], new float[16], None, new AttentionShape(1, 2, 0, 1));
        gpu.Backward(None, None, None, None, None, None, None, new AttentionShape(0, 2, 3));
    }

    private static void Names(Exception error, params string[] parts) =>
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
}
