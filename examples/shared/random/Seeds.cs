using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace KernelGen.Examples;

/// <summary>
/// Numbers that depend on nothing but what they are for: the same in every run, in every process and on every machine, which
/// <see cref="HashCode"/> is not. A draw that is named by its purpose and place can be repeated alone, so that a resumed run needs no state
/// of a random generator.
/// </summary>
internal static class Seeds
{
    /// <summary>
    /// The seed of the draw <paramref name="purpose"/> at <paramref name="place"/>, from 0 to 2³¹ − 1, for
    /// <see cref="System.Random(int)"/>.
    /// </summary>
    public static int Of(string purpose, params ReadOnlySpan<int> place)
    {
        var text = new StringBuilder(purpose);
        foreach (var number in place)
        {
            text.Append('/').Append(number.ToString(CultureInfo.InvariantCulture));
        }

        return (int)(Hash(text.ToString()) >> 33);
    }

    /// <summary>A random generator for the draw <paramref name="purpose"/> at <paramref name="place"/>.</summary>
    public static Random Random(string purpose, params ReadOnlySpan<int> place) => new(Of(purpose, place));

    /// <summary>A number in [0, 1) that belongs to <paramref name="name"/>: shares of a set are cut by it.</summary>
    public static double Share(string name) => (Hash(name) >> 11) * (1.0 / (1L << 53));

    // The first 64 bits of SHA-256: slow beside other hashes, and so even that no pair of purposes need ever be looked at.
    private static ulong Hash(string text) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
