using ILGPU;

namespace KernelGen.Gpu.Tests.Facade.FacadeOnly;

/// <summary>Kernels that C# takes and ILGPU or a device refuses.</summary>
internal static class RefusedKernels
{
    private static readonly float[] Table = [1.0f, 2.0f];
    private static int _count = 3;

    public static void Throws(ArrayView<float> result)
    {
        if (result.Length == 0)
        {
            throw new InvalidOperationException();
        }
    }

    public static void CallsExp(ArrayView<float> result) => result[Group.IdxX] = MathF.Exp(1.0f);

    public static void CallsFusedMultiplyAddInHelper(ArrayView<float> result) => result[Group.IdxX] = Helper(2.0f);

    public static void ReadsMutableStatic(ArrayView<float> result) => result[Group.IdxX] = _count++;

    public static void ReadsStaticArray(ArrayView<float> result) => result[Group.IdxX] = Table[0];

    public static void UsesSpan(ArrayView<float> result)
    {
        Span<float> four = stackalloc float[4];
        result[Group.IdxX] = four[0];
    }

    public static void Boxes(ArrayView<float> result)
    {
        object boxed = Group.IdxX;
        result[Group.IdxX] = (int)boxed;
    }

    public static void TakesHiddenStruct(ArrayView<float> result, Hidden hidden) => result[Group.IdxX] = hidden.Value;

    private static float Helper(float x) => MathF.FusedMultiplyAdd(x, x, x);

    internal struct Hidden(float value)
    {
        public float Value = value;
    }
}
