namespace KernelGen.Tests.Expressions;

/// <summary>
/// Kernel functions as users write them. This file is both compiled, for its values, and read by the generator, whose expressions must have
/// the same values.
/// </summary>
public static class KernelSamples
{
    private const float Slope = 0.01f;
    private const float RootTwoOverPi = 0.7978846f;
    private const double Shift = 0.5;
    private const int Three = 3;
    private static readonly float Root = MathF.Sqrt(2);
    private static readonly float Density = (float)(1 / Math.Sqrt(2 * Math.PI)), RootOfDensity = MathF.Sqrt(Density);
    private static readonly double Fine = Math.Log(Three) / Three;
    private static readonly int Count = Three + 1, Quarter = Count / 3;
    private static readonly int CubeRoot = (int)Math.Cbrt(64) + (int)Math.Cbrt(-125) + (int)Math.Cbrt(0);
    private static readonly bool IsCounted = Count > 3;
    private static readonly float OfMethods = Square(Root) + KernelMath.Erf(0.5f) + Math.Max(Root, Root > 1 ? 1 : 2);

    public static float Identity(float x) => x;

    public static float Constant(float x) => 2.5f;

    public static float Relu(float x) => MathF.Max(0, x);

    public static float ReluOfIf(float x)
    {
        if (x > 0)
        {
            return x;
        }

        return 0;
    }

    public static float Step(float x) => x > 0 ? 1 : 0;

    public static float Steps(float x) => x switch { < -1 => -1, > 1 => x > 2 ? 2 : 1, _ => 0 };

    public static float LeakyRelu(float x) => x >= 0 ? x : Slope * x;

    public static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));

    public static float EluPlusOne(float x) => x > 0 ? x + 1 : MathF.Exp(x);

    public static float Softplus(float x) => MathF.Log(1 + MathF.Exp(x));

    public static float Gelu(float x)
    {
        var cube = x * x * x;
        float inner = RootTwoOverPi * (x + (0.044715f * cube)), half = 0.5f * x;
        return half * (1 + MathF.Tanh(inner));
    }

    public static float GeluOfErf(float x) => 0.5f * x * (1 + KernelMath.Erf(x / MathF.Sqrt(2)));

    public static float EarlyReturns(float x)
    {
        if (float.IsNaN(x))
        {
            return -1;
        }

        if (x < -3)
        {
            return 0;
        }
        else if (x < 0)
        {
            return (x + Three) / Three;
        }
        else
        {
            if (x > 100)
            {
                return 100;
            }

            x = x + 1;
        }

        return MathF.Sqrt(x);
    }

    public static float ReturnsInTheMiddle(float x)
    {
        var y = 1f;
        if (x > 0)
        {
            y = x;
            if (x > 1)
            {
                if (x > 2)
                {
                    return y * 2;
                }

                y += 3;
            }
        }
        else
        {
            y -= x;
            if (x < -5)
            {
                return y;
            }
        }

        y *= y;
        return x == 0.5f ? -y : y;
    }

    public static float Reassigned(float x)
    {
        var y = x;
        y += 2;
        y *= x;
        y -= 0.25f;
        y /= 3;
        x = y + x;
        x++;
        {
            var inner = x;
            x = inner * inner;
        }

        ;
        x--;
        return +x - -y;
    }

    public static float Bools(float x)
    {
        bool positive = x > 0, large = x >= 2f || x <= -2f;
        var both = positive && !large;
        both |= x == -1;
        var odd = positive ^ large;
        if (both & odd)
        {
            return 1;
        }

        var same = positive == large;
        var chosen = same ? x < 10 : x != 3;
        return chosen ? x : same | odd != true ? -x : 7;
    }

    public static float Declared(float x)
    {
        float a, b;
        if (x < 0)
        {
            a = 1;
            b = x;
        }
        else
        {
            a = x;
            b = 2;
        }

        const float scale = 3 * Slope;
        const double half = 0.5;
        return (a * scale) - (b * (float)half) + (float)Shift;
    }

    public static float Helpers(float x) => Blend(Square(x - 1), Square(x: x + 1), isFirst: IsSmall(x)) + Blend(x, 1);

    public static float LocalFunctions(float x)
    {
        const float scale = 0.75f;
        static float Scaled(float y)
        {
            y += 1;
            return scale * y;
        }

        return Twice(Scaled(x)) + Chosen(isFirst: x > 0, a: x) + Twice(y: 3);

        static float Twice(float y)
        {
            if (IsLarge(y))
            {
                return y;
            }

            return Slope * Square(y);

            static bool IsLarge(float z) => z > 4;
        }

        static float Chosen(float a, float b = 3, bool isFirst = false) => Blend(a, Twice(b), isFirst);
    }

    public static float Extrema(float x) => MathF.Min(1, MathF.Max(-1, x)) + Math.Abs(x) - float.Max(x, -0f) + Math.Min(x, 0f);

    public static float Clamped(float x) => Math.Clamp(x, -1, 1) + float.Clamp((x / 6) + 0.5f, 0, 1)
        + Math.Clamp(max: 3, value: x, min: -MathF.Abs(x)) + (1 / float.Clamp(x, 0, 2));

    public static float ClampedZeros(float x) => (1 / Math.Clamp(x, 0, 2)) + float.Clamp(x, float.NegativeInfinity, 1);

    public static float NarrowedClamp(float x) => (float)Math.Clamp(x, -0.5, 0.5);

    public static float Fused(float x) => MathF.FusedMultiplyAdd(x, x, -(x * x)) + float.FusedMultiplyAdd(addend: -x, right: 2, left: x)
        + MathF.FusedMultiplyAdd(3, 0.1f, -0.3f);

    public static float Waves(float x) => MathF.Cos(x) + (MathF.Sin(2 * x) / 2) + MathF.Cos(MathF.PI / 3);

    public static float Switched(float x) => x switch
    {
        float.NaN => 5,
        < -1 => -1,
        0 => 0.5f,
        > 0 and <= 1 or 3 => x * 2,
        _ when Square(x) > 10 => 10,
        not 2 => x,
        _ => 22,
    };

    public static float Patterns(float x) =>
        x is > 0 and < 1 ? x : x is float.NaN ? 0 : float.IsFinite(x) ? 2 : float.IsNegativeInfinity(x) ? 3 : 4;

    public static float ConstantBranch(float x)
    {
        float y;
        if (Three > 2)
        {
            y = x;
        }

        return y;
    }

    public static float Estimates(float x) => float.IsPositiveInfinity(x) ? 1 : float.IsInfinity(x) ? 2 : Square(1 / MathF.Sqrt(x));

    public static float ByName(float x) => Blend(isFirst: x > 1, b: x + 2, a: x * x) + Blend(b: x, a: 3);

    public static float PowTwoByName(float x) => MathF.Pow(y: 2, x: x);

    public static float PowMinusTwoByName(float x) => MathF.Pow(y: -2, x: (x * x) + 1);

    public static float PowThreeByName(float x) => (float)Math.Pow(y: 3, x: x);

    public static float ReadonlyFields(float x) =>
        IsCounted ? (RootOfDensity * x) + (float)Fine - (x / Count) + (Quarter * OfMethods) - (float)(Fine * 2) : float.NaN;

    public static float FixedCalls(float x) => (MathF.Floor(2.5f) * x) + (float)Math.Atan2(1, 2) + (float)(Math.Truncate(Fine + 2) / 3);

    public static float Loops(float x)
    {
        var sum = 0f;
        var term = x;
        for (var i = 1; i <= 4; i++)
        {
            sum += term / ((2 * i) - 1);
            term *= -x * x;
            if (i % 2 == 0)
            {
                sum *= 0.5f;
            }
            else if (x > i)
            {
                sum += i;
            }
        }

        for (int i = 2, j = 0; i > 0 && j < 10; i--, j += 2)
        {
            for (var k = j; k < i + 1; k++)
            {
                sum += (k * x) - (i / 2) + (k > 0 ? 1 : Three) + (i switch { 1 => x, > 1 => 3, _ => 4 });
            }
        }

        for (var t = 0.25f; t < 1; t += 0.25f)
        {
            sum -= MathF.Max(x, t);
        }

        return sum;
    }

    /// <summary>What is constant stays so, however many rounds change it.</summary>
    public static float LongLoops(float x)
    {
        var sum = 0f;
        float sign = 1, factorial = 1;
        var isOdd = false;
        for (var t = 0f; t < 1; t += 0.0625f)
        {
            sum += t * x;
        }

        for (var i = 1; i <= 60; i++)
        {
            factorial *= i < 30 ? i : 1;
            sign = -sign;
            sum += isOdd ? sign * x / factorial : x;
            isOdd = !isOdd;
        }

        return sum;
    }

    /// <summary>Whole numbers have no −0, which a copied sign shows.</summary>
    public static float WholeZeros(float x)
    {
        var sum = 0f;
        for (var i = 0; i < 1; i++)
        {
            sum += MathF.CopySign(2, -i) + MathF.CopySign(4, i * -Three) + MathF.CopySign(8, (i - 1) / 2)
                + MathF.CopySign(16, (i - 4) % 2) + +i;
        }

        return sum * x;
    }

    /// <summary>Roots of cubes are whole, and what narrower types hold is converted.</summary>
    public static float WholeNumbers(float x) =>
        (CubeRoot * x) + (byte)(x > 0 ? 255 : 0) + (sbyte)-(x > 1 ? 128 : Three) + ((x > 2 ? 1u : 2u) - 1u)
        + ((x > 3 ? 16777215 : 1) * -(Three - 2));

    public static float ReturnsFromALoop(float x)
    {
        for (var i = 3; i >= -1; i -= 2)
        {
            if (x < i)
            {
                return i * x;
            }

            x -= 1f / (i + 2);
        }

        return x;
    }

    public static float PowOfTwo(float x) => MathF.Pow(2, x);

    public static float PowOfTen(float x) => MathF.Pow(10, x);

    public static float PowOfHalf(float x) => float.Pow(0.5f, x);

    public static float PowOfOne(float x) => MathF.Pow(1, x);

    public static float PowOfE(float x) => MathF.Pow(y: -x, x: MathF.E);

    public static float Signs(float x) => float.IsNaN(x)
        ? float.NaN
        : x + (MathF.Sign(x) * 3) + Math.Sign(-MathF.Abs(x)) + (float.Sign(x - 1) > 0 ? 1 : 2) - (-MathF.Sign(x));

    public static float CopiedSigns(float x) =>
        MathF.CopySign(MathF.Sqrt(MathF.Abs(x)), x) + (1 / MathF.CopySign(MathF.Max(x, 0), -x)) + float.CopySign(sign: x - 2, value: -3);

    public static float NarrowedCopySign(float x) => (float)Math.CopySign(2.5, x);

    public static float SignBits(float x) =>
        (float.IsNegative(x) ? -1 : 1) + (float.IsPositive(x - 3) ? 4 : 8) + (float.IsNegative(1 / x) ? 16 : 32);

    public static float Logarithms(float x) => MathF.Log2(x) + MathF.Log10(x) + (float)Math.Log10(1 + (x * x)) + float.Log2(3);

    public static float SwitchStatements(float x)
    {
        var y = 1f;
        switch (x)
        {
            case float.NaN:
                return -1;
            case 0:
            case > 100 when y < 2:
                y = 3;
                break;
            default:
            case 7:
                {
                    y += x;
                    if (y > 3)
                    {
                        y = 3;
                    }

                    break;
                }

            case > 1 and < 5:
                y *= 2;
                y += Three;
                break;
            case < -1:
                switch (y > 0)
                {
                    case true:
                        return y - x;
                }

                break;
        }

        for (var i = 0; i < 3; i++)
        {
            switch (i)
            {
                case 0: y += 0.5f; break;
                case 2: y += InParameters(y); break;
            }
        }

        return y;
    }

    public static float InParameters(in float x)
    {
        var y = x + 1;
        return Scaled(y) + Scaled(in y, 2) + Scaled(by: x, x: in x);

        static float Scaled(in float x, in float by = 3) => x * by;
    }

    public static float PowZero(float x) => MathF.Pow(x, 0);

    public static float PowOne(float x) => MathF.Pow(x, 1);

    public static float PowTwo(float x) => MathF.Pow(x, 2);

    public static float PowThree(float x) => MathF.Pow(x, Three);

    public static float PowSixteen(float x) => MathF.Pow(x, 16);

    public static float PowMinusThree(float x) => float.Pow(x, -3);

    public static float PowSeventeen(float x) => MathF.Pow(x, 17);

    public static float PowMinusNineteen(float x) => MathF.Pow(x, -19);

    public static float PowTwenty(float x) => MathF.Pow(x, 20);

    public static float PowHalf(float x) => MathF.Pow(x, 0.5f);

    public static float PowMinusHalf(float x) => MathF.Pow(x, -0.5f);

    public static float PowOther(float x) => MathF.Pow(x, 1.3f);

    public static float PowMinusOther(float x) => RaisedTo(x, 0.7f);

    public static float NarrowedExp(float x) => (float)Math.Exp(x);

    public static float NarrowedMax(float x) => (float)Math.Max(x, 0.1);

    public static float NarrowedTanh(float x) => (float)Math.Tanh((double)(x * 2));

    private static float Square(float x) => x * x;

    private static bool IsSmall(float x)
    {
        x = MathF.Abs(x);
        return x < 1;
    }

    private static float Blend(float a, float b, bool isFirst = false) => isFirst ? a : (0.75f * a) + (0.25f * b);

    private static float RaisedTo(float x, float power)
    {
        var negative = -power;
        return MathF.Pow(x, negative);
    }
}
