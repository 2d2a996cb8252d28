using System.Buffers.Binary;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>The binary form: the same bits come back, and nothing but what was saved comes back.</summary>
public sealed class ProjectionFileTests
{
    private const int HeaderLength = 24;

    [Theory]
    [MemberData(nameof(ProjectionSamples.Names), MemberType = typeof(ProjectionSamples))]
    public void LoadReadsWhatSaveWroteAndNotAByteMore(string name)
    {
        var w = ProjectionSamples.Of(name);
        using MemoryStream stream = new();
        stream.WriteByte(17);
        w.Save(stream);
        var length = w.Draw == ProjectionDraw.Hadamard ? w.Signs.Length + 4 * w.Lengths.Length : 4 * w.Weights.Length;
        Assert.Equal(1 + HeaderLength + length + sizeof(uint), stream.Length);
        Projection.Gaussian(2, 2, 1).Save(stream);
        stream.Position = 1;
        ProjectionSamples.AssertSame(w, Projection.Load(stream));
        Assert.Equal(1 + HeaderLength + length + sizeof(uint), stream.Position);
        ProjectionSamples.AssertSame(Projection.Gaussian(2, 2, 1), Projection.Load(stream));
        Assert.Equal(stream.Length, stream.Position);
    }

    [Fact]
    public void LoadReadsAStreamThatCannotSeekAndGivesAFewBytesAtATime()
    {
        var w = ProjectionSamples.Of("large");
        ProjectionSamples.AssertSame(w, Projection.Load(new Dribble(Saved(w))));
    }

    [Fact]
    public void TheBytesAreThoseOfTheDocumentation()
    {
        byte[] expected =
        [
            .. "KGENPROJ"u8, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0,
            0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, // 1 and −2
            0, 0, 0, 0,
        ];
        Sign(expected);
        Assert.Equal(expected, Saved(Projection.FromWeights([1, -2], 2, 1)));

        var h = Projection.Hadamard(1, 2, 3);
        var hadamard = Saved(h);
        Assert.Equal(4, hadamard[12]);
        Assert.Equal(h.Signs.ToArray().Select(s => (byte)(s < 0 ? 0xFF : 1)), hadamard.Skip(HeaderLength).Take(6));
        Assert.Equal(h.Lengths[0], BinaryPrimitives.ReadSingleLittleEndian(hadamard.AsSpan(HeaderLength + 6)));
    }

    [Theory]
    [MemberData(nameof(ProjectionSamples.SmallNames), MemberType = typeof(ProjectionSamples))]
    public void EveryPrefixIsRefused(string name)
    {
        var saved = Saved(ProjectionSamples.Of(name));
        for (var length = 0; length < saved.Length; length++)
        {
            var message = Refusal(saved[..length]);
            Assert.Contains($"ends after {length} of at least {(length < HeaderLength ? HeaderLength : saved.Length)} bytes", message);
        }
    }

    [Theory]
    [MemberData(nameof(ProjectionSamples.SmallNames), MemberType = typeof(ProjectionSamples))]
    public void EveryDamagedByteIsRefused(string name)
    {
        var saved = Saved(ProjectionSamples.Of(name));
        for (var place = 0; place < saved.Length; place++)
        {
            foreach (var flip in (byte[])[1, 2, 4, 8, 16, 32, 64, 128, 0xFF, 0x81])
            {
                byte[] damaged = [.. saved, .. new byte[64]]; // so that a header that says more is not refused only for the end
                damaged[place] ^= flip;
                Refusal(damaged);
                Refusal(damaged[..saved.Length]);
            }
        }
    }

    [Fact]
    public void EveryErrorNamesWhatIsWrong()
    {
        var saved = Saved(Projection.Gaussian(3, 5, 1));
        Assert.Contains("starts with the bytes 58", Refusal(Changed(saved, 0, 'X')));
        Assert.Contains("version 2 of the format; this library reads version 1", Refusal(Changed(saved, 8, 2)));
        Assert.Contains("version 0 of the format; this library reads version 1", Refusal(Changed(saved, 8, 0)));
        Assert.Contains("the draw 5; draws are 0 to 4", Refusal(Changed(saved, 12, 5)));
        Assert.Contains("the draw -1; draws are 0 to 4", Refusal(ChangedInt(saved, 12, -1)));
        Assert.Contains("0 rows and 5 columns", Refusal(Changed(saved, 16, 0)));
        Assert.Contains("3 rows and -7 columns", Refusal(ChangedInt(saved, 20, -7)));
        Assert.Contains("2147483647 × 5 weights are 10737418235 numbers", Refusal(ChangedInt(saved, 16, int.MaxValue)));
        Assert.Contains("ends after 88 of at least 108 bytes", Refusal(Changed(saved, 16, 4)));
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(saved.AsSpan(saved.Length - 4));
        Assert.Contains(
            $"its bytes have the checksum {checksum:X8}, but {checksum ^ 1:X8} was saved",
            Refusal(Changed(saved, saved.Length - 4, (byte)(checksum ^ 1))));

        // Numbers that no projection has, under a checksum that is right.
        foreach (var bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            byte[] notFinite = [.. saved];
            BinaryPrimitives.WriteSingleLittleEndian(notFinite.AsSpan(HeaderLength + 4 * 7), bad);
            Assert.Contains("The weight in row 1, column 2 is ", Refusal(Sign(notFinite)));
        }

        var hadamard = Saved(Projection.Hadamard(3, 2, 1)); // 2 blocks, 12 signs, 3 lengths
        Assert.Contains("Sign 11 of 12 is 3; signs must be 1 or -1", Refusal(Sign(Changed(hadamard, HeaderLength + 11, 3))));
        Assert.Contains("Sign 0 of 12 is 0", Refusal(Sign(Changed(hadamard, HeaderLength, 0))));
        foreach (var bad in (float[])[float.NaN, float.PositiveInfinity, -1, float.MaxValue])
        {
            byte[] wrongLength = [.. hadamard];
            BinaryPrimitives.WriteSingleLittleEndian(wrongLength.AsSpan(HeaderLength + 12 + 4), bad);
            Assert.Contains("The length of row 1 is ", Refusal(Sign(wrongLength)));
        }

        Assert.Throws<ArgumentNullException>("stream", () => Projection.Load(null!));
        Assert.Throws<ArgumentNullException>("stream", () => Projection.Gaussian(1, 1, 1).Save(null!));
    }

    [Theory]
    [InlineData((int)ProjectionDraw.Orthogonal, 1 << 15, 1 << 15)]
    [InlineData((int)ProjectionDraw.Hadamard, 1 << 30, 1)]
    [InlineData((int)ProjectionDraw.Hadamard, 2, 1 << 29)]
    public void AHeaderCannotAskForMemoryThatTheStreamHasNothingFor(int draw, int rows, int columns)
    {
        byte[] saved = [.. Saved(Projection.Gaussian(3, 5, 1)), .. new byte[100_000]];
        var damaged = ChangedInt(ChangedInt(ChangedInt(saved, 12, draw), 16, rows), 20, columns);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refusal(damaged);
        // floats for signed bytes, and arrays that double
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 * damaged.Length);
    }

    /// <summary>The dense form is many times what is saved, so it is made for who asks.</summary>
    [Fact]
    public void AHadamardProjectionTakesTheMemoryOfWhatIsSaved()
    {
        var saved = Saved(Projection.Hadamard(2048, 2048, 1)); // 14 kB of signs and lengths, 16 MB of weights
        var before = GC.GetAllocatedBytesForCurrentThread();
        var loaded = Projection.Load(new MemoryStream(saved));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 * saved.Length);
        Assert.Equal(2048 * 2048, loaded.Weights.Length);
        Assert.True(loaded.Weights == loaded.Weights); // the same memory every time
    }

    private static byte[] Saved(Projection w)
    {
        using MemoryStream stream = new();
        w.Save(stream);
        return stream.ToArray();
    }

    private static string Refusal(byte[] bytes) =>
        Assert.Throws<InvalidDataException>(() => Projection.Load(new MemoryStream(bytes))).Message;

    private static byte[] Changed(byte[] bytes, int place, int value)
    {
        byte[] changed = [.. bytes];
        changed[place] = (byte)value;
        return changed;
    }

    private static byte[] ChangedInt(byte[] bytes, int place, int value)
    {
        byte[] changed = [.. bytes];
        BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(place), value);
        return changed;
    }

    private static byte[] Sign(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32.Append(0, bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }

    /// <summary>At most 7 bytes a read, as a network may give.</summary>
    private sealed class Dribble(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(7, buffer.Length)]);
    }
}
