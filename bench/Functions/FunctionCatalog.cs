using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelGen.Bench.Functions;

/// <summary>
/// What is timed: a function of the runtime and what the platform has for it, each over a row of numbers at a vector width.
/// </summary>
/// <param name="Name">The function.</param>
/// <param name="Platform">The platform's, by name; null where there is none.</param>
/// <param name="Least">The least argument; the largest is 8.</param>
/// <param name="RunOwn">Makes the loop over a row, for a width.</param>
/// <param name="RunPlatform">The same with the platform's function.</param>
internal sealed record FunctionCatalog(
    string Name, string? Platform, float Least, Func<int, Rows, Action> RunOwn, Func<int, Rows, Action>? RunPlatform)
{
    public static IReadOnlyList<FunctionCatalog> All { get; } =
    [
        new("Exp", "Vector512.Exp and kin", -8, Loop<OwnExp>, Loop<PlatformExp>),
        new("Exp2", "float.Exp2, one by one", -8, Loop<OwnExp2>, (_, rows) => () => Exp2(rows)),
        new("Log", "Vector512.Log and kin", 0, Loop<OwnLog>, Loop<PlatformLog>),
        new("Tanh", "MathF.Tanh, one by one", -8, Loop<OwnTanh>, (_, rows) => () => Tanh(rows)),
        new("Erf", null, -8, Loop<OwnErf>, null),
        new("Sin", "Vector512.Sin and kin", -8, Loop<OwnSin>, Loop<PlatformSin>),
        new("Cos", "Vector512.Cos and kin", -8, Loop<OwnCos>, Loop<PlatformCos>),
    ];

    private static Action Loop<TFunction>(int width, Rows rows)
        where TFunction : struct, IVectorFunction => width switch
        {
            512 => () => Loop512<TFunction>(rows),
            256 => () => Loop256<TFunction>(rows),
            _ => () => Loop128<TFunction>(rows),
        };

    // Optimised as emitted kernels are.

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Loop512<TFunction>(Rows rows)
        where TFunction : struct, IVectorFunction
    {
        var (numbers, x, y) = (rows.Numbers, rows.Arguments, rows.Results);
        for (var i = 0; i < Rows.Count; i += 16)
        {
            TFunction.Of(Vector512.Create(numbers, x + i)).CopyTo(numbers, y + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Loop256<TFunction>(Rows rows)
        where TFunction : struct, IVectorFunction
    {
        var (numbers, x, y) = (rows.Numbers, rows.Arguments, rows.Results);
        for (var i = 0; i < Rows.Count; i += 8)
        {
            TFunction.Of(Vector256.Create(numbers, x + i)).CopyTo(numbers, y + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Loop128<TFunction>(Rows rows)
        where TFunction : struct, IVectorFunction
    {
        var (numbers, x, y) = (rows.Numbers, rows.Arguments, rows.Results);
        for (var i = 0; i < Rows.Count; i += 4)
        {
            TFunction.Of(Vector128.Create(numbers, x + i)).CopyTo(numbers, y + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exp2(Rows rows)
    {
        var (numbers, x, y) = (rows.Numbers, rows.Arguments, rows.Results);
        for (var i = 0; i < Rows.Count; i++)
        {
            numbers[y + i] = float.Exp2(numbers[x + i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tanh(Rows rows)
    {
        var (numbers, x, y) = (rows.Numbers, rows.Arguments, rows.Results);
        for (var i = 0; i < Rows.Count; i++)
        {
            numbers[y + i] = MathF.Tanh(numbers[x + i]);
        }
    }
}
