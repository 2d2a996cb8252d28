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

    /// <summary>Whether all tensors of a call fit the shape, and there is a length for each sequence or none at all.</summary>
    /// <param name="operands">Those that the caller hands in, which say what is needed.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="causal">Whether there must be as many keys as queries.</param>
    /// <param name="comparesPositions">Whether there must be at least as many.</param>
    /// <param name="limits">Heads and positions that kernels can compute with.</param>
    /// <param name="lengths">The numbers of each tensor.</param>
    /// <param name="strides">How far apart the parts of each are.</param>
    /// <param name="keyLengths">How many key lengths there are.</param>
    /// <param name="queryLengths">How many query lengths there are.</param>
    /// <exception cref="ArgumentException">One does not, or there is not.</exception>
    public static void CheckCall(
        ReadOnlySpan<Operand> operands, in AttentionShape shape, bool causal, bool comparesPositions, in ShapeLimits limits,
        ReadOnlySpan<long> lengths, ReadOnlySpan<TensorStrides> strides, long keyLengths, long queryLengths)
    {
        CheckShape(shape, causal, comparesPositions, limits);
        for (var i = 0; i < operands.Length; i++)
        {
            if (operands[i].IsOptional && lengths[i] == 0)
            {
                continue;
            }

            OperandChecks.CheckLength(operands[i], lengths[i], strides[i], shape);
            CheckRowStride(operands[i], strides[i], shape);
        }

        CheckCount(keyLengths, shape, nameof(keyLengths));
        CheckCount(queryLengths, shape, nameof(queryLengths));
    }

    /// <summary>Whether the numbers of tokens of a call are such as kernels can compare.</summary>
    /// <param name="operand">The operand that they are.</param>
    /// <param name="numbers">The numbers.</param>
    /// <exception cref="ArgumentException">One is not.</exception>
    public static void CheckNumbers(Operand operand, ReadOnlySpan<int> numbers) => OperandChecks.CheckNumbers(operand, numbers);

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
    public static void CheckShape(in AttentionShape shape, bool causal, bool comparesPositions = false, in ShapeLimits limits = default)
    {
        ShapeChecks.Check(shape, causal, comparesPositions, limits: limits);
        if (Math.Max(shape.QueryLength, shape.KeyLength) > GpuPlan.MostTokens)
        {
            throw new ArgumentException(
                $"GPU kernels take sequences of at most {GpuPlan.MostTokens} tokens, but the shape has {shape.QueryLength} queries and {shape.KeyLength} keys.", nameof(shape));
        }
    }

    /// <summary>Whether each key length is within the keys, and each query length within the queries.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    public static void CheckLengths(ReadOnlySpan<int> keyLengths, ReadOnlySpan<int> queryLengths, in AttentionShape shape)
    {
        ShapeChecks.CheckKeyLengths(keyLengths, shape, nameof(keyLengths), nameof(keyLengths));
        ShapeChecks.CheckQueryLengths(queryLengths, shape, nameof(queryLengths), nameof(queryLengths));
    }

    /// <summary>Whether no number that is added up would let sums grow. Of a view of the device nobody knows.</summary>
    /// <param name="operand">It.</param>
    /// <param name="logDecay">Its tensor, which fits the shape.</param>
    /// <param name="queryLengths">For each sequence how many tokens count; empty: all.</param>
    /// <param name="shape">The sizes.</param>
    /// <exception cref="ArgumentException">One is above 0.</exception>
    public static unsafe void CheckLogDecays(
        Operand operand, in ReadOnlyTensorView logDecay, ReadOnlySpan<int> queryLengths, in AttentionShape shape)
    {
        ArgumentNullException.ThrowIfNull(operand);
        var memory = OperandMemory.Of(operand, null, logDecay.Strides, shape);
        for (var batch = 0; batch < shape.Batch; batch++)
        {
            var tokens = queryLengths.IsEmpty ? shape.QueryLength : queryLengths[batch];
            for (var head = 0; head < shape.Heads; head++)
            {
                var place = (batch * memory.BatchStride) + (head * memory.HeadStride);
                for (var token = 0; token < tokens; token++, place += memory.RowStride)
                {
                    StateClock.Check(logDecay.Memory[(int)place], batch, head, token);
                }
            }
        }
    }

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

    private static void CheckRowStride(Operand operand, TensorStrides strides, in AttentionShape shape)
    {
        var token = strides.IsPacked ? OperandMemory.PackedStrides(operand, shape).Token : strides.In(shape.Layout).Token;
        if (token > int.MaxValue)
        {
            throw new ArgumentException(
                $"The tokens of {OperandChecks.NameOf(operand)} are {token} numbers apart, but GPU kernels take at most {int.MaxValue}.",
                OperandChecks.NameOf(operand));
        }
    }

    private static void CheckCount(long count, in AttentionShape shape, string name)
    {
        if (count != 0 && count != shape.Batch)
        {
            throw new ArgumentException($"{name} holds {count} numbers, but the batch has {shape.Batch} sequences.", name);
        }
    }
}
