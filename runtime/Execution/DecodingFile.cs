using System.Buffers.Binary;
using System.Text;

namespace KernelGen.CompilerServices;

/// <summary>The saved form of decoding states, as <see cref="DecodingState.Save"/> documents it.</summary>
internal static class DecodingFile
{
    public const int Version = 4;

    private const int MostText = 1 << 20;
    private const int MostHyperparameters = 1 << 10;

    private static ReadOnlySpan<byte> Magic => "KGENDECO"u8;

    /// <summary>What a state is of, and how many streams there are.</summary>
    public sealed record Header(string Declaration, float[] Hyperparameters, Projection? Projection, int Streams);

    /// <summary>Writes a state from front to back.</summary>
    public sealed class Writer
    {
        private readonly ChecksumWriter _writer;

        public Writer(Stream stream, Header header)
        {
            _writer = new ChecksumWriter(stream);
            _writer.Bytes(Magic);
            Int32(Version);
            var declaration = Encoding.UTF8.GetBytes(header.Declaration);
            Int32(declaration.Length);
            _writer.Bytes(declaration);
            Int32(header.Hyperparameters.Length);
            _writer.Floats(header.Hyperparameters);
            Int32(unchecked((int)ChecksumOf(header.Projection)));
            Int32(header.Streams);
            _writer.WriteChecksum();
        }

        /// <summary>Begins a stream.</summary>
        public void Stream(long position, int rows, int head)
        {
            Int32(unchecked((int)position));
            Int32((int)(position >> 32));
            Int32(rows);
            Int32(head);
        }

        /// <summary>How much is left of the state of a stream that fades.</summary>
        public void Clock(double clock)
        {
            var bits = BitConverter.DoubleToInt64Bits(clock);
            Int32(unchecked((int)bits));
            Int32((int)(bits >> 32));
        }

        public void Numbers(ReadOnlySpan<float> numbers) => _writer.Floats(numbers);

        /// <summary>Ends the state.</summary>
        public void End() => _writer.WriteChecksum();

        private void Int32(int number)
        {
            Span<byte> bytes = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
            _writer.Bytes(bytes);
        }
    }

    /// <summary>Reads a state from front to back.</summary>
    public sealed class Reader
    {
        private readonly ChecksumReader _reader;

        /// <summary>Reads the header.</summary>
        /// <param name="stream">Where from.</param>
        /// <param name="needed">What the layer is; streams do not matter.</param>
        /// <exception cref="InvalidDataException">It is no header, or one of another layer.</exception>
        public Reader(Stream stream, Header needed)
        {
            const int numbers = 5; // of the header, beside what they count
            _reader = new ChecksumReader(stream, "decoding state") { ExpectedLength = Magic.Length + numbers * sizeof(int) };
            Span<byte> magic = stackalloc byte[Magic.Length];
            _reader.Bytes(magic);
            if (!magic.SequenceEqual(Magic))
            {
                throw new InvalidDataException(
                    $"This is no saved decoding state: it starts with the bytes {Convert.ToHexString(magic)}, not {Convert.ToHexString(Magic)}.");
            }

            var version = Int32();
            if (version != Version)
            {
                throw new InvalidDataException(
                    $"The decoding state was saved in version {version} of the format; this library reads version {Version}: "
                    + "take its tokens anew with Prefill.");
            }

            var declarationLength = Size("bytes of the declaration", 0, MostText);
            Expect(declarationLength);
            var declaration = _reader.Bytes(declarationLength);
            var hyperparameterCount = Size("hyperparameters", 0, MostHyperparameters);
            Expect(hyperparameterCount * sizeof(float));
            var hyperparameters = _reader.Floats(hyperparameterCount);
            var projection = unchecked((uint)Int32());
            var streams = Size("streams", 1, int.MaxValue);
            End();
            Header = new Header(Encoding.UTF8.GetString(declaration), hyperparameters, needed.Projection, streams);

            if (Header.Declaration != needed.Declaration)
            {
                throw new InvalidDataException(
                    $"The decoding state is of the layer '{Header.Declaration}', but this one is '{needed.Declaration}'.");
            }

            if (!hyperparameters.AsSpan().SequenceEqual(needed.Hyperparameters))
            {
                throw new InvalidDataException(
                    $"The decoding state was computed with the hyperparameters [{LayerParameters.Describe(hyperparameters)}], "
                    + $"but this layer has [{LayerParameters.Describe(needed.Hyperparameters)}].");
            }

            var own = ChecksumOf(needed.Projection);
            if (projection != own)
            {
                throw new InvalidDataException(
                    $"The decoding state was computed with projections of the checksum {projection:X8}, but those of this layer have {own:X8}.");
            }
        }

        public Header Header { get; }

        /// <summary>The position and the rows of a stream, <see cref="DecodingStream.Ended"/> where it has ended.</summary>
        /// <param name="blockRows">Rows of the open block; 0 where the rows of all tokens are kept.</param>
        /// <param name="mostTokens">The most tokens that it can have taken.</param>
        /// <param name="window">The fewest and most rows where others are forgotten, 64 at a time; null: none are.</param>
        public (long Position, int Rows, int Head) Stream(int blockRows, long mostTokens, (int Least, int Most)? window)
        {
            Expect(sizeof(long) + (2 * sizeof(int)));
            var position = unchecked((uint)Int32()) | ((long)Int32() << 32);
            if (position < 0 || position > mostTokens)
            {
                throw new InvalidDataException(
                    $"The decoding state is damaged: a stream has {position} tokens, but 0 to {mostTokens} are possible.");
            }

            var rows = Int32();
            var (least, most) = blockRows != 0 ? (0, Math.Min(position, blockRows - 1))
                : window is { } kept ? (Math.Min(position, kept.Least), Math.Min(position, kept.Most))
                : (position, position);
            if (rows != DecodingStream.Ended)
            {
                CheckSize(rows, "rows", least, most);
                if (window is not null && (position - rows) % 64 != 0)
                {
                    throw new InvalidDataException(
                        $"The decoding state is damaged: of {position} tokens it has {rows} rows, but tokens are forgotten 64 at a time.");
                }
            }

            return (position, rows, Size("as the head of a stream", 0, int.MaxValue));
        }

        /// <summary>How much is left of the state of a stream that fades.</summary>
        public double Clock()
        {
            Expect(sizeof(long));
            return BitConverter.Int64BitsToDouble(unchecked((uint)Int32()) | ((long)Int32() << 32));
        }

        /// <summary>Fills an array, which is made while it is read where it has not the length yet.</summary>
        public void Numbers(ref float[] numbers, int count)
        {
            Expect(count * (long)sizeof(float));
            if (numbers.Length == count)
            {
                _reader.Floats(numbers);
            }
            else
            {
                numbers = _reader.Floats(count);
            }
        }

        /// <summary>Reads the checksum that a part ends with.</summary>
        public void End()
        {
            Expect(sizeof(uint));
            _reader.CheckChecksum();
        }

        private void Expect(long bytes) => _reader.ExpectedLength += bytes;

        private int Size(string what, long least, long most)
        {
            var size = Int32();
            CheckSize(size, what, least, most);
            return size;
        }

        private static void CheckSize(int size, string what, long least, long most)
        {
            if (size < least || size > most)
            {
                throw new InvalidDataException(
                    $"The decoding state is damaged: it has {size} {what}, but {least} to {most} are possible.");
            }
        }

        private int Int32()
        {
            Span<byte> bytes = stackalloc byte[sizeof(int)];
            _reader.Bytes(bytes);
            return BinaryPrimitives.ReadInt32LittleEndian(bytes);
        }
    }

    private static uint ChecksumOf(Projection? projection) => projection?.Checksum ?? 0;
}
