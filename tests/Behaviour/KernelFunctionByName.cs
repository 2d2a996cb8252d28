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
