using System.Reflection;
using System.Runtime.Intrinsics;
using KernelGen.CompilerServices;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// The kernel function of a layer as the generated code computes it: in vectors of the width in force, and one number at a time.
/// </summary>
internal static class EmittedFunction
{
    /// <summary>f of each number by the method of the kernel that this machine runs.</summary>
    public static float[] InVectors(Layer layer, float[] x) => Apply(layer, "CpuKernel", "KernelFunction", x);

    /// <summary>f′ of each number by the method of the backward pass.</summary>
    public static float[] DerivativeInVectors(Layer layer, float[] x) => Apply(layer, "CpuGradients", "KernelFunctionDerivative", x);

    /// <summary>f as the layer's <see cref="FeatureMap"/> has it, which adds ε to it itself.</summary>
    public static Func<float, float> InFeatureMap(Layer layer)
    {
        var map = ((IRandomFeatureAttention)layer.Create().Attention).FeatureMap;
        return (Func<float, float>)typeof(FeatureMap).GetField("_function", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(map)!;
    }

    private static float[] Apply(Layer layer, string kernels, string name, float[] x) =>
        Vector512.IsHardwareAccelerated ? Apply<Floats16, Doubles8>(layer, kernels, name, x)
        : Vector256.IsHardwareAccelerated ? Apply<Floats8, Doubles4>(layer, kernels, name, x)
        : Apply<Floats4, Doubles2>(layer, kernels, name, x);

    private static float[] Apply<TFloats, TDoubles>(Layer layer, string kernels, string name, float[] x)
        where TFloats : struct, IVector<TFloats>
        where TDoubles : struct, IDoubles<TDoubles, TFloats>
    {
        var function = layer.Type.GetNestedType(kernels + "`2", BindingFlags.NonPublic)!
            .MakeGenericType(typeof(TFloats), typeof(TDoubles))
            .GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!
            .CreateDelegate<Func<TFloats, TFloats>>();
        var padded = new float[(x.Length + TFloats.Count - 1) / TFloats.Count * TFloats.Count];
        x.CopyTo(padded, 0);
        for (var i = 0; i < padded.Length; i += TFloats.Count)
        {
            TFloats.Store(function(TFloats.Load(ref padded[i])), ref padded[i]);
        }

        return padded[..x.Length];
    }
}
