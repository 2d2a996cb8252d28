using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>Numbers of tables at the indices in lanes, at each width.</summary>
public sealed class TableLookupTests
{
    [Fact]
    public void Indices_in_lanes_look_numbers_up()
    {
        Check<Floats4>();
        Check<Floats8>();
        Check<Floats16>();
    }

    private static unsafe void Check<TVector>()
        where TVector : struct, IVector<TVector>
    {
        float[] table = [.. Enumerable.Range(0, 10).Select(i => i + 0.5f)];
        var numbers = new float[TVector.Count];
        foreach (var first in new[] { 0, 3, -5, -2000, 8, 2000, int.MaxValue - 20, int.MinValue })
        {
            fixed (float* held = table)
            {
                var indices = TVector.AddWhole(TVector.WholeIndices, TVector.CreateWhole(first));
                TVector.Store(TVector.Gather(ref *held, table.Length, indices), ref numbers[0]);
            }

            // Outside of the table the nearest number is taken.
            Assert.Equal(Enumerable.Range(0, TVector.Count).Select(lane => table[Math.Clamp((long)first + lane, 0, 9)]), numbers);
        }
    }
}
