using System.Reflection;
using System.Runtime.Intrinsics;

namespace KernelGen.Tests.Behaviour;

/// <summary>The kernel function of a layer as the generated code computes it: in vectors of the width in force, and one number at a time.</summary>
internal static class EmittedFunction
{
    /// <summary>f of each number by the method of the kernel that this machine runs.</summary>
    public static float[] InVectors(Layer layer, float[] x) => Apply(layer, "Width", "KernelFunction", x);

    /// <summary>f′ of each number by the method of the backward pass.</summary>
    public static float[] DerivativeInVectors(Layer layer, float[] x) => Apply(layer, "Gradients", "KernelFunctionDerivative", x);

    /// <summary>f as the layer's <see cref="FeatureMap"/> has it, which adds ε to it itself.</summary>
    public static Func<float, float> InFeatureMap(Layer layer)
    {
        var map = ((IRandomFeatureAttention)layer.Create().Attention).FeatureMap;
        return (Func<float, float>)typeof(FeatureMap).GetField("_function", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(map)!;
    }

    private static float[] Apply(Layer layer, string kernels, string name, float[] x)
    {
        var (y, rest) = (new float[x.Length], new float[16]);
        if (Vector512.IsHardwareAccelerated)
        {
            var function = Method<Func<Vector512<float>, Vector512<float>>>(layer, kernels + "512", name);
            Apply(16, (from, to, at) => function(Vector512.Create(from, at)).CopyTo(to, at));
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            var function = Method<Func<Vector256<float>, Vector256<float>>>(layer, kernels + "256", name);
            Apply(8, (from, to, at) => function(Vector256.Create(from, at)).CopyTo(to, at));
        }
        else
        {
            var function = Method<Func<Vector128<float>, Vector128<float>>>(layer, kernels + "128", name);
            Apply(4, (from, to, at) => function(Vector128.Create(from, at)).CopyTo(to, at));
        }

        return y;

        void Apply(int lanes, Action<float[], float[], int> one)
        {
            var whole = x.Length - (x.Length % lanes);
            for (var i = 0; i < whole; i += lanes)
            {
                one(x, y, i);
            }

            x.AsSpan(whole).CopyTo(rest);
            one(rest, rest, 0);
            rest.AsSpan(0, x.Length - whole).CopyTo(y.AsSpan(whole));
        }
    }

    private static TDelegate Method<TDelegate>(Layer layer, string kernels, string name)
        where TDelegate : Delegate
        => layer.Type.GetNestedType(kernels, BindingFlags.NonPublic)!
            .GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!
            .CreateDelegate<TDelegate>();
}
