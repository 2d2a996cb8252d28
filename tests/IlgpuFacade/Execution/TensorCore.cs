namespace KernelGen.IlgpuFacade;

/// <summary>
/// Multiplies for the warps of a group: 16 × 8 sums += 16 × 8 times 8 × 8 numbers of TensorFloat32, of which each of 32 members has
/// fragments.
/// </summary>
internal sealed class TensorCore(int members, Func<int> member)
{
    public const int Warp = 32;

    /// <summary>The bits of a float32 that TensorFloat32 does not have.</summary>
    private const uint Lost = 0x1FFF;

    private readonly (float[] Sums, uint[] Left, uint[] Right)[] _fragments = new (float[], uint[], uint[])[members];
    private readonly bool[] _hasResult = new bool[members];

    /// <summary>Whether the member's last multiplication is done and waits to be taken.</summary>
    public bool HasResult => _hasResult[member()];

    /// <summary>To the nearest number with 10 bits of mantissa, ties away from zero.</summary>
    public static uint Round(uint bits) =>
        float.IsNaN(BitConverter.UInt32BitsToSingle(bits)) ? 0x7FFFFFFFu & ~Lost
        : float.IsInfinity(BitConverter.UInt32BitsToSingle(bits)) ? bits
        : (bits + 0x1000) & ~Lost;

    public void HandOver(float[] sums, uint[] left, uint[] right)
    {
        if (left.Concat(right).Any(bits => (bits & Lost) != 0))
        {
            throw new FacadeException($"An operand of a tensor core{Execution.WhereAmI()} was not rounded: it would be cut.");
        }

        _fragments[member()] = (sums, left, right);
        Execution.Arrive(false, (int)BarrierKind.Multiply);
    }

    public float[] TakeResult()
    {
        _hasResult[member()] = false;
        return _fragments[member()].Sums;
    }

    /// <summary>
    /// Multiplies what the members of a warp, the first of which is given, have handed over. PTX ISA, "Matrix Fragments for mma.m16n8k8".
    /// </summary>
    public void Multiply(int first)
    {
        var (left, right) = (new float[16, 8], new float[8, 8]);
        for (var lane = 0; lane < Warp; lane++)
        {
            var ((_, a, b), group, place) = (_fragments[first + lane], lane / 4, lane % 4);
            for (var i = 0; i < 4; i++)
            {
                left[group + (8 * (i % 2)), place + (4 * (i / 2))] = BitConverter.UInt32BitsToSingle(a[i]);
            }

            for (var i = 0; i < 2; i++)
            {
                right[place + (4 * i), group] = BitConverter.UInt32BitsToSingle(b[i]);
            }
        }

        for (var lane = 0; lane < Warp; lane++)
        {
            for (var i = 0; i < 4; i++)
            {
                // Products are exact in double; where a device cuts the sum, within 2^-22 of the largest term, this rounds once.
                var (row, column) = ((lane / 4) + (8 * (i / 2)), (2 * (lane % 4)) + (i % 2));
                var sum = (double)_fragments[first + lane].Sums[i];
                for (var k = 0; k < 8; k++)
                {
                    sum += (double)left[row, k] * right[k, column];
                }

                _fragments[first + lane].Sums[i] = (float)sum;
            }

            _hasResult[first + lane] = true;
        }
    }
}
