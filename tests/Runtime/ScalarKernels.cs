using System.Runtime.CompilerServices;
using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>Chooses a kernel's direction at compile time.</summary>
internal interface IDirection
{
    static abstract bool Causal { get; }
}

internal readonly struct Causal : IDirection
{
    static bool IDirection.Causal => true;
}

internal readonly struct Bidirectional : IDirection
{
    static bool IDirection.Causal => false;
}

/// <summary>
/// Linear attention in plain loops with φ_r(x) = |ω_rᵀx| + ½, small enough to be read at a glance: the engine is under test, not the
/// kernel. State: for each feature Σ_j φ_r(k_j)·[v_j, 1], in rows padded to <see cref="StateStride"/>.
/// </summary>
internal readonly struct LinearKernel<TDirection> : IAttentionKernel
    where TDirection : struct, IDirection
{
    public const int Dim = 5, Values = 3, Rows = 6, Tile = 4, StateStride = 7;

    private static readonly Operand[] Listed = At.List(Dim, Values, Dim * Rows);

    /// <summary>The value of a query's first number at which <see cref="Output"/> throws.</summary>
    public const float Bomb = 1e33f;

    public static ReadOnlySpan<Operand> Operands => Listed;

    public static int HeadDim => Dim;

    public static int ValueDim => Values;

    public static int Features => Rows;

    public static bool Causal => TDirection.Causal;

    public static int Lanes => 4;

    public static int TileRows => Tile;

    public static int ProjectionRows => Rows;

    public static int ParameterFloats => Dim * Rows;

    public static int StateFloats => Rows * StateStride;

    public static int ExportedStateFloats => Rows * (Values + 1);

    public static int ScratchFloats => Rows;

    public static bool NeedsHadamard => false;

    public static void PackParameters(Projection? projection, ReadOnlySpan<float> hyperparameters, Span<float> packed)
    {
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Dim; column++)
            {
                packed[column * Rows + row] = projection!.Weights[row * Dim + column];
            }
        }
    }

    public static void InitState(ref float state)
    {
        for (var i = 0; i < StateFloats; i++)
        {
            Unsafe.Add(ref state, i) = 0;
        }
    }

    public static void Accumulate(in HeadOperands head, int from, int to, ref float state, ref float scratch)
    {
        KernelContract.Check(from, to, head.KeyLength, Tile);
        Start(head, ref state);
        for (var j = from; j < to; j++)
        {
            Add(head, j, ref state, ref scratch);
        }
    }

    public static void Merge(ref float state, ref float other)
    {
        for (var i = 0; i < StateFloats; i++)
        {
            Unsafe.Add(ref state, i) += Unsafe.Add(ref other, i);
        }
    }

    public static void Output(in HeadOperands head, int from, int to, ref float state, ref float scratch)
    {
        KernelContract.Check(from, to, head.QueryLength, Tile);
        Start(head, ref state);
        for (var i = from; i < to; i++)
        {
            if (Causal && i < head.KeyLength)
            {
                Add(head, i, ref state, ref scratch);
            }

            ref var query = ref Unsafe.Add(ref head[At.Query], i * head.Stride(At.Query));
            if (query == Bomb)
            {
                throw new InvalidTimeZoneException("bomb");
            }

            FeaturesOf(head, ref query, ref scratch);
            var sum = Weighted(ref state, ref scratch, Values);
            for (var v = 0; v < Values; v++)
            {
                Unsafe.Add(ref head[At.Output], i * head.Stride(At.Output) + v) = sum == 0 ? 0 : Weighted(ref state, ref scratch, v) / sum;
            }

            if (!Unsafe.IsNullRef(ref head[At.LogSumExp]))
            {
                Unsafe.Add(ref head[At.LogSumExp], i) = MathF.Log(sum);
            }
        }
    }

    private static void Start(in HeadOperands head, ref float state)
    {
        if (head.StartsEmpty)
        {
            InitState(ref state);
        }
    }

    public static void ExportState(ref float state, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = Unsafe.Add(ref state, i / (Values + 1) * StateStride + i % (Values + 1));
        }
    }

    private static void Add(in HeadOperands head, int j, ref float state, ref float scratch)
    {
        FeaturesOf(head, ref Unsafe.Add(ref head[At.Key], j * head.Stride(At.Key)), ref scratch);
        for (var r = 0; r < Rows; r++)
        {
            for (var v = 0; v <= Values; v++)
            {
                var value = v == Values ? 1 : Unsafe.Add(ref head[At.Value], j * head.Stride(At.Value) + v);
                Unsafe.Add(ref state, r * StateStride + v) += Unsafe.Add(ref scratch, r) * value;
            }
        }
    }

    private static float Weighted(ref float state, ref float features, int column)
    {
        float sum = 0;
        for (var r = 0; r < Rows; r++)
        {
            sum += Unsafe.Add(ref features, r) * Unsafe.Add(ref state, r * StateStride + column);
        }

        return sum;
    }

    private static void FeaturesOf(in HeadOperands head, ref float token, ref float features)
    {
        for (var r = 0; r < Rows; r++)
        {
            float sum = 0;
            for (var c = 0; c < Dim; c++)
            {
                sum += Unsafe.Add(ref head[At.Parameters], c * Rows + r) * Unsafe.Add(ref token, c);
            }

            Unsafe.Add(ref features, r) = MathF.Abs(sum) + 0.5f;
        }
    }
}

/// <summary>Attention without a state: weights qᵀk² + 1, so that each query reads all of its keys by itself.</summary>
internal readonly struct StatelessKernel<TDirection> : IAttentionKernel
    where TDirection : struct, IDirection
{
    public const int Dim = 5, Values = 3, Tile = 2;

    private static readonly Operand[] Listed = At.List(Dim, Values, 0);

    public static ReadOnlySpan<Operand> Operands => Listed;

    public static int HeadDim => Dim;

    public static int ValueDim => Values;

    public static int Features => 0;

    public static bool Causal => TDirection.Causal;

    public static int Lanes => 4;

    public static int TileRows => Tile;

    public static int ProjectionRows => 0;

    public static int ParameterFloats => 0;

    public static int StateFloats => 0;

    public static int ExportedStateFloats => 0;

    public static int ScratchFloats => Values + 1;

    public static bool NeedsHadamard => false;

    public static void PackParameters(Projection? projection, ReadOnlySpan<float> hyperparameters, Span<float> packed) =>
        Assert.True(projection is null && packed.IsEmpty);

    public static void InitState(ref float state) => throw new InvalidOperationException("There is no state.");

    public static void Accumulate(in HeadOperands head, int from, int to, ref float state, ref float scratch) =>
        throw new InvalidOperationException("There is no state.");

    public static void Merge(ref float state, ref float other) => throw new InvalidOperationException("There is no state.");

    public static void ExportState(ref float state, Span<float> destination) => throw new InvalidOperationException("There is no state.");

    public static void Output(in HeadOperands head, int from, int to, ref float state, ref float scratch)
    {
        KernelContract.Check(from, to, head.QueryLength, Tile);
        for (var i = from; i < to; i++)
        {
            for (var v = 0; v <= Values; v++)
            {
                Unsafe.Add(ref scratch, v) = 0;
            }

            var keys = Causal ? Math.Min(i + 1, head.KeyLength) : head.KeyLength;
            for (var j = 0; j < keys; j++)
            {
                float product = 0;
                for (var c = 0; c < Dim; c++)
                {
                    product += Unsafe.Add(ref head[At.Query], i * head.Stride(At.Query) + c)
                        * Unsafe.Add(ref head[At.Key], j * head.Stride(At.Key) + c);
                }

                var weight = product * product + 1;
                for (var v = 0; v <= Values; v++)
                {
                    Unsafe.Add(ref scratch, v) +=
                        weight * (v == Values ? 1 : Unsafe.Add(ref head[At.Value], j * head.Stride(At.Value) + v));
                }
            }

            var sum = Unsafe.Add(ref scratch, Values);
            for (var v = 0; v < Values; v++)
            {
                Unsafe.Add(ref head[At.Output], i * head.Stride(At.Output) + v) = sum == 0 ? 0 : Unsafe.Add(ref scratch, v) / sum;
            }

            if (!Unsafe.IsNullRef(ref head[At.LogSumExp]))
            {
                Unsafe.Add(ref head[At.LogSumExp], i) = MathF.Log(sum);
            }
        }
    }
}

/// <summary>What the engine promises to kernels about ranges.</summary>
internal static class KernelContract
{
    public static void Check(int from, int to, int length, int tileRows)
    {
        if (from < 0 || from % tileRows != 0 || from >= to || to > length || (to % tileRows != 0 && to != length))
        {
            throw new InvalidOperationException($"[{from}, {to}) of {length} in tiles of {tileRows}");
        }
    }
}

/// <summary>The places of the operands of these kernels.</summary>
internal static class At
{
    public const int Query = 0, Key = 1, Value = 2, Output = 3, LogSumExp = 4, Parameters = 5;

    public static Operand[] List(int headDim, int valueDim, int parameterFloats) =>
    [
        new("query", OperandRows.Queries, headDim, OperandAccess.Read),
        new("key", OperandRows.Keys, headDim, OperandAccess.Read, OperandSharing.Group),
        new("value", OperandRows.Keys, valueDim, OperandAccess.Read, OperandSharing.Group),
        new("output", OperandRows.Queries, valueDim, OperandAccess.Write),
        new("logSumExp", OperandRows.Queries, 1, OperandAccess.Write, Source: OperandSource.Kept, IsOptional: true),
        new("parameters", OperandRows.None, parameterFloats, OperandAccess.Read, OperandSharing.Everyone, OperandSource.Layer),
    ];
}
