using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>The checks at the edge of emitted GPU launchers: each message names what was expected and what was found.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuChecks
{
    /// <summary>What to say where a context has no GPU.</summary>
    /// <param name="others">The names of the devices that it has.</param>
    public static string NoDevice(IReadOnlyList<string> others) =>
        $"The ILGPU context has no GPU: {(others.Count == 0 ? "no device at all" : string.Join(", ", others))}. Create it with Context.Create(b => b.Default()), or with "
        + "b.Cuda() or b.OpenCL() for one of the two. CUDA needs the driver's library by the name nvcuda.dll on Windows and libcuda.so on Linux, OpenCL needs OpenCL.dll or "
        + "libOpenCL.so: where only libcuda.so.1 or libOpenCL.so.1 is there, as without development packages, link the other name to it. To compute on a device that is no "
        + "GPU, give the accelerator that its CreateAccelerator(context) makes to the constructor of Gpu; without one, use the layer itself, which computes on the CPU.";

    /// <summary>Whether a device can run kernels of 256 threads with so much shared memory.</summary>
    /// <exception cref="NotSupportedException">It cannot.</exception>
    public static void CheckDevice(string name, int threads, int shared, int sharedBytes)
    {
        if (threads < GpuPlan.Threads)
        {
            throw new NotSupportedException(
                $"The kernels need groups of {GpuPlan.Threads} threads, but {name} has groups of at most {threads}.");
        }

        if (shared < sharedBytes)
        {
            throw new NotSupportedException($"The kernels need {sharedBytes} bytes of shared memory a group, but {name} has {shared}.");
        }
    }

    /// <summary>Whether kernels of precision TensorFloat32 can be compiled.</summary>
    /// <param name="name">The device's name.</param>
    /// <param name="optimizationLevel">The number of the optimisation level of the ILGPU context.</param>
    /// <param name="cudaMajor">
    /// The first number of a CUDA device's compute capability; null for other devices, which compute in float32.
    /// </param>
    /// <exception cref="InvalidOperationException">They cannot.</exception>
    public static void CheckTensorFloat32(string name, int optimizationLevel, int? cudaMajor)
    {
        if (optimizationLevel < 2)
        {
            throw new InvalidOperationException(
                $"Precision.TensorFloat32 needs an ILGPU context of optimisation level O2, but this one has O{optimizationLevel}, at which operands of tensor cores "
                + "go through memory. Create it with Context.Create(b => b.Default().Optimize(OptimizationLevel.O2)), or declare Precision.Float32.");
        }

        if (cudaMajor < 8)
        {
            throw new InvalidOperationException(
                $"Precision.TensorFloat32 needs a CUDA device of compute capability 8.0 or above, but {name} has {cudaMajor}.x; declare Precision.Float32.");
        }
    }

    /// <summary>Whether all lengths fit the shape.</summary>
    /// <exception cref="ArgumentException">One does not.</exception>
    public static void CheckCall(
        in AttentionShape shape, bool causal, int headDim, int valueDim, long query, long key, long value, long destination,
        long keyLengths, string destinationName = "destination")
    {
        CheckShape(shape, causal);
        CheckLength(query, shape, shape.QueryLength, headDim, nameof(query));
        CheckLength(key, shape, shape.KeyLength, headDim, nameof(key));
        CheckLength(value, shape, shape.KeyLength, valueDim, nameof(value));
        CheckLength(destination, shape, shape.QueryLength, valueDim, destinationName);
        if (keyLengths != 0 && keyLengths != shape.Batch)
        {
            throw new ArgumentException(
                $"keyLengths holds {keyLengths} numbers, but the batch has {shape.Batch} sequences.", nameof(keyLengths));
        }
    }

    /// <summary>Whether the lengths of gradients fit the shape.</summary>
    /// <exception cref="ArgumentException">One does not.</exception>
    public static void CheckGradients(
        in AttentionShape shape, int headDim, int valueDim, long outputGradient, long queryGradient, long keyGradient, long valueGradient)
    {
        CheckLength(outputGradient, shape, shape.QueryLength, valueDim, nameof(outputGradient));
        CheckLength(queryGradient, shape, shape.QueryLength, headDim, nameof(queryGradient));
        CheckLength(keyGradient, shape, shape.KeyLength, headDim, nameof(keyGradient));
        CheckLength(valueGradient, shape, shape.KeyLength, valueDim, nameof(valueGradient));
    }

    /// <summary>
    /// Whether a forward call can fill a context; it is empty until <see cref="Fill"/>. The call lasts until what is returned is disposed
    /// of.
    /// </summary>
    /// <exception cref="ArgumentException">It is another object's, or for another shape.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    /// <exception cref="InvalidOperationException">Another call is using it.</exception>
    public static CallGate.Use Enter(GpuBackwardContext? context, object owner, in AttentionShape shape)
    {
        if (context is null)
        {
            return default;
        }

        var use = context.Gate.Enter();
        try
        {
            CheckOwner(context, owner, shape);
            context.IsFilled = false;
            return use;
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    /// <summary>The kernels that fill a context are queued.</summary>
    public static void Fill(GpuBackwardContext? context)
    {
        if (context is not null)
        {
            context.IsFilled = true;
        }
    }

    /// <summary>Whether a call can read a context. The call lasts until what is returned is disposed of.</summary>
    /// <exception cref="ArgumentException">It is another object's, for another shape, or no forward call had it.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    /// <exception cref="InvalidOperationException">A forward call is filling it.</exception>
    public static CallGate.Use Share(GpuBackwardContext context, object owner, in AttentionShape shape)
    {
        ArgumentNullException.ThrowIfNull(context);
        var use = context.Gate.Share();
        try
        {
            CheckOwner(context, owner, shape);
            return context.IsFilled
                ? use
                : throw new ArgumentException("The context is empty: call Forward with it first.", nameof(context));
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    /// <summary>Whether a shape is one that GPU kernels take.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void CheckShape(in AttentionShape shape, bool causal)
    {
        ShapeChecks.Check(shape, causal);
        if (shape.KeyHeads != shape.Heads)
        {
            throw new ArgumentException(
                $"GPU kernels take as many heads of keys as of queries, but the shape has {shape.KeyHeads} and {shape.Heads}: repeat each head of keys and values.", nameof(shape));
        }

        if (Math.Max(shape.QueryLength, shape.KeyLength) > GpuPlan.MostTokens)
        {
            throw new ArgumentException(
                $"GPU kernels take sequences of at most {GpuPlan.MostTokens} tokens, but the shape has {shape.QueryLength} queries and {shape.KeyLength} keys.", nameof(shape));
        }
    }

    /// <summary>Whether each key length is within the keys.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    public static void CheckKeyLengths(ReadOnlySpan<int> keyLengths, in AttentionShape shape) =>
        ShapeChecks.CheckKeyLengths(keyLengths, shape, nameof(keyLengths), nameof(keyLengths));

    /// <summary>Whether a device has so much memory at all.</summary>
    /// <param name="name">The device.</param>
    /// <param name="needed">The bytes.</param>
    /// <param name="available">Those of the device.</param>
    /// <param name="what">What they are for.</param>
    /// <exception cref="InvalidOperationException">It has not.</exception>
    public static void CheckMemory(string name, long needed, long available, string what = "scratch memory")
    {
        // A device that is the processor says that there is no end of it.
        available = available == long.MaxValue ? MemoryChecks.AvailableBytes : available;
        if (needed > available)
        {
            throw new InvalidOperationException($"The call needs {needed} bytes of {what}, but {name} has {available} bytes in all.");
        }
    }

    /// <summary>The bytes of so many floats; where they are more than are counted, the most that are.</summary>
    public static long Bytes(long floats) => floats > long.MaxValue / sizeof(float) ? long.MaxValue : floats * sizeof(float);

    /// <summary>A length that a view can have: not 0.</summary>
    public static long AtLeastOne(long length) => Math.Max(1, length);

    private static void CheckOwner(GpuBackwardContext context, object owner, in AttentionShape shape)
    {
        if (!ReferenceEquals(context.Owner, owner))
        {
            throw new ArgumentException(
                "The context was created by another layer's class Gpu, or another instance of it.", nameof(context));
        }

        if (context.Shape != shape)
        {
            throw new ArgumentException($"The context was made for {context.Shape}, but the call has {shape}.", nameof(context));
        }
    }

    private static void CheckLength(long actual, in AttentionShape shape, int length, int dim, string name)
    {
        var expected = (Int128)((long)shape.Batch * shape.Heads) * length * dim;
        if (actual != expected)
        {
            throw new ArgumentException(
                $"{name} holds {actual} numbers, but batch {shape.Batch} × heads {shape.Heads} × length {length} × dim {dim} = {expected} are needed.", name);
        }
    }
}
