using System.Reflection;
using KernelGen.Tests.Expressions;

namespace KernelGen.Tests.Behaviour;

/// <summary>Kernel functions as mathematics has them, in double; for methods of a user's, the method itself.</summary>
internal static class KernelFunctionByName
{
    public static Func<double, double> Of(Layer layer) => layer.Kernel switch
    {
        nameof(KernelFunction.Relu) => x => Math.Max(0, x),
        nameof(KernelFunction.Gelu) => x => x * (1 + ErrorFunction.Erf(x / Math.Sqrt(2))) / 2,
        nameof(KernelFunction.Sigmoid) => x => 1 / (1 + Math.Exp(-x)),
        nameof(KernelFunction.Exp) => Math.Exp,
        nameof(KernelFunction.Tanh) => Math.Tanh,
        nameof(KernelFunction.Abs) => Math.Abs,
        nameof(KernelFunction.Cos) => Math.Cos,
        nameof(KernelFunction.Identity) => x => x,
        nameof(KernelFunction.Square) => x => x * x,
        nameof(KernelFunction.EluPlusOne) => x => x > 0 ? x + 1 : Math.Exp(x),
        { } method => Method(method),
        null => throw new NotSupportedException("Exact attention has no kernel function."),
    };

    /// <summary>
    /// f and f′ in double, both by hand. Where f has no derivative f′ is what generator/Families/README.md says; where only its parts have
    /// none, as of Softplus at 0, f′ is the derivative.
    /// </summary>
    public static (Func<double, double> Value, Func<double, double> Slope) WithSlope(Layer layer) => layer.Kernel switch
    {
        nameof(KernelFunction.Relu) => (Of(layer), x => x > 0 ? 1 : 0),
        nameof(KernelFunction.Gelu) => (
            Of(layer), x => ((1 + ErrorFunction.Erf(x / Math.Sqrt(2))) / 2) + (x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI))),
        nameof(KernelFunction.Sigmoid) => (Of(layer), x => 1 / (2 + Math.Exp(x) + Math.Exp(-x))),
        nameof(KernelFunction.Exp) => (Of(layer), Math.Exp),
        nameof(KernelFunction.Tanh) => (Of(layer), x => Math.Pow(Math.Cosh(x), -2)),
        nameof(KernelFunction.Abs) => (Of(layer), x => Math.Sign(x)),
        nameof(KernelFunction.Cos) => (Of(layer), x => -Math.Sin(x)),
        nameof(KernelFunction.Identity) => (Of(layer), _ => 1),
        nameof(KernelFunction.Square) => (Of(layer), x => 2 * x),
        nameof(KernelFunction.EluPlusOne) => (Of(layer), x => x > 0 ? 1 : Math.Exp(x)),
        { } method => method[(method.LastIndexOf('.') + 1)..] switch
        {
            "Softplus" => (x => Math.Log(1 + Math.Exp(1.5 * x)), x => 1.5 / (1 + Math.Exp(-1.5 * x))),
            "Bump" => (x => Math.Abs(x) < 2 ? Math.Pow(1 - (x * x / 4), 2) : 0, x => Math.Abs(x) < 2 ? -x * (1 - (x * x / 4)) : 0),
            "Wave" => (
                x => Math.Abs(x) <= 3 ? x * Math.Sin(x) : Math.Sqrt(Math.Abs(x)),
                x => Math.Abs(x) <= 3 ? Math.Sin(x) + (x * Math.Cos(x)) : Math.Sign(x) / (2 * Math.Sqrt(Math.Abs(x)))),
            "QuickGelu" => (
                x => x / (1 + Math.Exp(-1.702f * x)),
                x => (1 / (1 + Math.Exp(-1.702f * x))) + (1.702f * x / (2 + Math.Exp(1.702f * x) + Math.Exp(-1.702f * x)))),
            "Compared" or "Forgiving" => (x => Math.Max(x, 0), x => x > 0 ? 1 : 0),
            "Phi" => (x => x > 0 ? x + 1 : Math.Exp(x), x => x > 0 ? 1 : Math.Exp(x)),
            _ => throw new NotSupportedException(method),
        },
        null => throw new NotSupportedException("Exact attention has no kernel function."),
    };

    /// <summary>A method by its full name. It computes in float32: its own rounding is part of the comparison.</summary>
    private static Func<double, double> Method(string name)
    {
        var dot = name.LastIndexOf('.');
        var type = typeof(KernelFunctionByName).Assembly.GetType(name[..dot], throwOnError: true)!;
        var method = type.GetMethod(name[(dot + 1)..], BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
            .CreateDelegate<Func<float, float>>();
        return x => method((float)x);
    }
}
