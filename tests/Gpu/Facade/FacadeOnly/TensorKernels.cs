using ILGPU;
using ILGPU.Runtime.Cuda;

namespace KernelGen.Gpu.Tests.Facade.FacadeOnly;

/// <summary>Kernels of one warp that multiply with inline PTX, rightly and wrongly.</summary>
internal static class TensorKernels
{
    private const string Mma =
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};";

    /// <summary>C = A·B, [16, 8] = [16, 8]·[8, 8], with fragments as the PTX ISA lists them.</summary>
    public static void Product(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c)
    {
        var (row, column) = (Group.IdxX / 4, Group.IdxX % 4);
        if (CudaAsm.IsSupported)
        {
            var sum = Multiply(
                Bits(a[(row * 8) + column]), Bits(a[((row + 8) * 8) + column]), Bits(a[(row * 8) + column + 4]),
                Bits(a[((row + 8) * 8) + column + 4]), Bits(b[(column * 8) + row]), Bits(b[((column + 4) * 8) + row]));
            c[(row * 8) + (2 * column)] = sum.X;
            c[(row * 8) + (2 * column) + 1] = sum.Y;
            c[((row + 8) * 8) + (2 * column)] = sum.Z;
            c[((row + 8) * 8) + (2 * column) + 1] = sum.W;
        }
    }

    public static void Round(ArrayView<float> data) => data[Group.IdxX] = Interop.IntAsFloat(Rounded(data[Group.IdxX]));

    public static void HalfOfTheWarp(ArrayView<float> data)
    {
        if (Group.IdxX < 16)
        {
            var zero = MultiplyZeros();
            data[Group.IdxX] = zero;
        }
    }

    public static void TwoPlaces(ArrayView<float> data)
    {
        if (Group.IdxX < 16)
        {
            var zero = MultiplyZeros();
            data[Group.IdxX] = zero;
        }
        else
        {
            var zero = MultiplyZeros();
            data[Group.IdxX] = zero + 1;
        }
    }

    public static void Unrounded(ArrayView<float> data)
    {
        var sum = Multiply(Bits(1.1f), 0, 0, 0, 0, 0);
        data[Group.IdxX] = sum.X;
    }

    public static void UnknownInstruction(ArrayView<float> data)
    {
        Output<float> result = default;
        Input<float> x = data[Group.IdxX];
        CudaAsm.EmitRef("sqrt.approx.f32 %0, %1;", ref result, ref x);
        data[Group.IdxX] = result.Value;
    }

    public static void WrongOperand(ArrayView<float> data)
    {
        Output<float> result = default;
        Input<float> x = data[Group.IdxX];
        CudaAsm.EmitRef("cvt.rna.tf32.f32 %0, %1;", ref result, ref x);
        data[Group.IdxX] = result.Value;
    }

    public static void MissingOperand(ArrayView<float> data)
    {
        Output<uint> result = default;
        Input<float> x = data[Group.IdxX];
        CudaAsm.EmitRef("cvt.rna.tf32.f32 %0, %2;", ref result, ref x);
        data[Group.IdxX] = result.Value;
    }

    /// <summary>A multiplication orders nothing in memory.</summary>
    public static void NeighboursAcrossAMultiplication(ArrayView<float> data)
    {
        data[Group.IdxX] = Group.IdxX + 1;
        var zero = MultiplyZeros();
        data[Group.IdxX] += zero + data[(Group.IdxX + 1) % 32];
    }

    public static void WriteOfWhatANeighbourReadBeforeAMultiplication(ArrayView<float> data)
    {
        var (mine, next) = (data[Group.IdxX], data[(Group.IdxX + 1) % 32]);
        var zero = MultiplyZeros();
        data[Group.IdxX] = mine + next + zero + 1;
    }

    public static void OwnAcrossAMultiplication(ArrayView<float> data)
    {
        data[Group.IdxX] += 1;
        var zero = MultiplyZeros();
        data[Group.IdxX] += zero + 1;
    }

    private static uint Bits(float x) => Interop.FloatAsInt(x);

    private static uint Rounded(float x)
    {
        Output<uint> rounded = default;
        Input<float> exact = x;
        CudaAsm.EmitRef("cvt.rna.tf32.f32 %0, %1;", ref rounded, ref exact);
        return rounded.Value;
    }

    private static float MultiplyZeros() => Multiply(0, 0, 0, 0, 0, 0).X;

    private static Float4 Multiply(uint a0, uint a1, uint a2, uint a3, uint b0, uint b1)
    {
        Ref<float> x = 0f, y = 0f, z = 0f, w = 0f;
        Input<uint> left0 = a0, left1 = a1, left2 = a2, left3 = a3, right0 = b0, right1 = b1;
        CudaAsm.EmitRef(Mma, ref x, ref y, ref z, ref w, ref left0, ref left1, ref left2, ref left3, ref right0, ref right1);
        return new Float4 { X = x.Value, Y = y.Value, Z = z.Value, W = w.Value };
    }
}
