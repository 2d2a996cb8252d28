using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>References of a state: when they are exceeded, how they rise, and what follows, at each width.</summary>
public sealed class ReferenceTests
{
    [Theory]
    [InlineData(1, 1, 16)]
    [InlineData(15, 1, 16)]
    [InlineData(16, 1, 16)]
    [InlineData(17, 1, 32)]
    [InlineData(20, 3, 32)]
    [InlineData(64, 2, 64)]
    public void One_candidate_beyond_the_threshold_is_enough_and_padding_is_none(int size, int segments, int padded)
    {
        Check<Floats16>();
        Check<Floats8>();
        Check<Floats4>();

        void Check<TVector>()
            where TVector : struct, IVector<TVector>
        {
            var (candidates, references) = (new float[segments * padded], new float[segments * padded]);
            Array.Fill(references, -1e30f); // as padding has them
            for (var i = 0; i < candidates.Length; i++)
            {
                if (i % padded < size)
                {
                    references[i] = 2;
                    candidates[i] = 5;
                }
            }

            Assert.False(Exceed());
            for (var i = 0; i < candidates.Length; i++)
            {
                var before = candidates[i];
                candidates[i] = 5.5f;
                Assert.Equal(i % padded < size, Exceed());
                candidates[i] = float.NaN;
                Assert.False(Exceed());
                candidates[i] = before;
            }

            bool Exceed() => References.Exceed<TVector>(ref candidates[0], ref references[0], 3, size, segments, padded);
        }
    }

    [Fact]
    public void References_rise_to_candidates_and_sums_follow()
    {
        Check<Floats16>();
        Check<Floats8>();
        Check<Floats4>();

        static void Check<TVector>()
            where TVector : struct, IVector<TVector>
        {
            const int count = 32, columns = 48, stride = 50;
            var (references, candidates, factors) = (new float[count], new float[count], new float[count]);
            var (vector, rows, transposed) = (new float[count], new float[count * stride], new float[columns * stride]);
            for (var i = 0; i < count; i++)
            {
                (references[i], candidates[i], vector[i]) = (i, i % 3 == 0 ? i + 2 : i - 7, i + 1);
            }

            candidates[3] = 1e30f;
            Array.Fill(rows, 8);
            Array.Fill(transposed, 8);
            References.Raise<TVector>(ref candidates[0], ref references[0], ref factors[0], count);
            References.Scale<TVector>(ref vector[0], ref factors[0], count);
            References.ScaleRows<TVector>(ref rows[0], stride, ref factors[0], count, columns);
            References.ScaleColumns<TVector>(ref transposed[0], stride, ref factors[0], columns, count);
            for (var i = 0; i < count; i++)
            {
                var (raised, factor) = i == 3 ? (1e30f, 0f) : i % 3 == 0 ? (i + 2f, 0.25f) : (i, 1f);
                Assert.Equal(raised, references[i]);
                Assert.Equal(factor, factors[i]);
                Assert.Equal((i + 1) * factor, vector[i]);
                for (var j = 0; j < stride; j++)
                {
                    Assert.Equal(j < columns ? 8 * factor : 8, rows[(i * stride) + j]);
                }

                for (var j = 0; j < columns; j++)
                {
                    Assert.Equal(8 * factor, transposed[(j * stride) + i]);
                }
            }

            var largest = new float[count];
            References.Max<TVector>(ref largest[0], ref references[0], isFirst: true, count);
            Assert.Equal(references, largest);
            Array.Fill(factors, 5);
            References.Max<TVector>(ref largest[0], ref factors[0], isFirst: false, count);
            Assert.Equal(references.Select(reference => Math.Max(5, reference)), largest);
        }
    }
}
