using System.Buffers.Binary;
using System.Text;

namespace KernelGen.CompilerServices;

/// <summary>The saved form of decoding states, as <see cref="DecodingState.Save"/> documents it.</summary>
internal static class DecodingFile
{
    public const int Version = 2;

    private const int MostText = 1 << 20;
    private const int MostHyperparameters = 1 << 10;

    private static ReadOnlySpan<byte> Magic => "KGENDECO"u8;

    /// <summary>What a state is of, and how much of it there is.</summary>
    public sealed record Header(string Declaration, float[] Hyperparameters, Projection? Projection, int Streams, long Position);

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
            Int32(unchecked((int)header.Position));
            Int32((int)(header.Position >> 32));
            _writer.WriteChecksum();
        }

        public void Count(int rows) => Int32(rows);

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
        /// <param name="needed">What the layer is; streams and position do not matter.</param>
        /// <exception cref="InvalidDataException">It is no header, or one of another layer.</exception>
        public Reader(Stream stream, Header needed)
        {
            const int numbers = 7; // of the header, beside what they count
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
            var position = unchecked((uint)Int32()) | ((long)Int32() << 32);
            End();
            Header = new Header(Encoding.UTF8.GetString(declaration), hyperparameters, needed.Projection, streams, position);

            if (position < 0)
            {
                throw new InvalidDataException($"The decoding state has {position} tokens, but there can be no fewer than 0.");
            }

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

        /// <summary>The rows of a stream.</summary>
        public int Count(long least, long most)
        {
            Expect(sizeof(int));
            return Size("rows", least, most);
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
            return size >= least && size <= most
                ? size
                : throw new InvalidDataException(
                    $"The decoding state is damaged: it has {size} {what}, but {least} to {most} are possible.");
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
