using System.Runtime.Intrinsics;
using KernelGen.CompilerServices;

namespace KernelGen.Tests.Runtime;

/// <summary>An elementary function of <see cref="VectorMath"/> at every width, with its exact values.</summary>
internal sealed class ElementaryFunction
{
    public static readonly ElementaryFunction Exp = new(
        Math.Exp, VectorMath.Exp, VectorMath.Exp, VectorMath.Exp, VectorMath.Exp);

    public static readonly ElementaryFunction Exp2 = new(
        x => Math.Pow(2, x), VectorMath.Exp2, VectorMath.Exp2, VectorMath.Exp2, VectorMath.Exp2);

    public static readonly ElementaryFunction Log = new(
        Math.Log, VectorMath.Log, VectorMath.Log, VectorMath.Log, VectorMath.Log);

    public static readonly ElementaryFunction Tanh = new(
        Math.Tanh, VectorMath.Tanh, VectorMath.Tanh, VectorMath.Tanh, VectorMath.Tanh);

    public static readonly ElementaryFunction Erf = new(
        ExactErf, VectorMath.Erf, VectorMath.Erf, VectorMath.Erf, VectorMath.Erf);

    public static readonly ElementaryFunction Sin = new(
        Math.Sin, VectorMath.Sin, VectorMath.Sin, VectorMath.Sin, VectorMath.Sin);

    public static readonly ElementaryFunction Cos = new(
        Math.Cos, VectorMath.Cos, VectorMath.Cos, VectorMath.Cos, VectorMath.Cos);

    private readonly Func<float, float> _one;
    private readonly Func<Vector128<float>, Vector128<float>> _four;
    private readonly Func<Vector256<float>, Vector256<float>> _eight;
    private readonly Func<Vector512<float>, Vector512<float>> _sixteen;

    private ElementaryFunction(
        Func<double, double> exact, Func<float, float> one, Func<Vector128<float>, Vector128<float>> four,
        Func<Vector256<float>, Vector256<float>> eight, Func<Vector512<float>, Vector512<float>> sixteen) =>
        (Exact, _one, _four, _eight, _sixteen) = (exact, one, four, eight, sixteen);

    public Func<double, double> Exact { get; }

    public static ElementaryFunction Named(string name) => name switch
    {
        "Exp" => Exp,
        "Exp2" => Exp2,
        "Log" => Log,
        "Tanh" => Tanh,
        "Erf" => Erf,
        "Sin" => Sin,
        _ => Cos,
    };

    /// <summary>The function of 16 numbers, so many lanes at a time.</summary>
    public void Apply(int lanes, float[] x, float[] y)
    {
        for (var i = 0; i < 16; i += lanes)
        {
            switch (lanes)
            {
                case 1: y[i] = _one(x[i]); break;
                case 4: _four(Vector128.Create(x, i)).CopyTo(y, i); break;
                case 8: _eight(Vector256.Create(x, i)).CopyTo(y, i); break;
                default: _sixteen(Vector512.Create(x, i)).CopyTo(y, i); break;
            }
        }
    }

    /// <summary>The function of one number in every lane, which must agree.</summary>
    public float Apply(int lanes, float x)
    {
        var xs = new float[16];
        var ys = new float[16];
        Array.Fill(xs, x);
        Apply(lanes, xs, ys);
        foreach (var y in ys)
        {
            Xunit.Assert.True(y.Equals(ys[0]), "lanes with the same number differ");
        }

        return ys[0];
    }

    // erf x = 2/√π·e^(−x²)·(x + 2x³/3 + 4x⁵/15 + …): every term is positive, so nothing cancels. Beyond 6 it is 1 in double.
    private static double ExactErf(double x)
    {
        var a = Math.Abs(x);
        if (a > 6)
        {
            return Math.Sign(x);
        }

        var term = a;
        var sum = a;
        for (var n = 1; term > sum * 1e-17; n++)
        {
            term *= 2 * a * a / (2 * n + 1);
            sum += term;
        }

        return Math.CopySign(2 / Math.Sqrt(Math.PI) * Math.Exp(-a * a) * sum, x);
    }
}
