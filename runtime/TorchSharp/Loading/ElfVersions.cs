using System.Buffers.Binary;
using System.Text;

namespace KernelGen.TorchSharp;

/// <summary>
/// The symbol versions of a shared library for 64-bit Linux: which ones it needs of which other libraries, and which ones it offers. Source
/// of the format: the "Symbol Versioning" chapter of the Linux Standard Base Core Specification 5.0, and elf(5).
/// </summary>
/// <remarks>
/// A library is refused by the loader for a version that it needs and does not find, even where it never uses a symbol of that version.
/// Such a need can be marked optional, a bit that the format has for it.
/// </remarks>
internal sealed class ElfVersions
{
    private const uint RelocationSection = 4, DynamicSymbolSection = 11;
    private const uint OfferedSection = 0x6ffffffd, NeededSection = 0x6ffffffe, SymbolVersionSection = 0x6fffffff;
    private const int SectionHeaderSize = 64, SymbolSize = 24, RelocationSize = 24;
    private const ushort OptionalFlag = 2;

    private readonly byte[] _file;
    private readonly List<Section> _sections = [];

    private ElfVersions(byte[] file)
    {
        _file = file;
        if (file.Length < SectionHeaderSize || !file.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
        {
            throw new InvalidDataException("This is no 64-bit little-endian ELF file.");
        }

        (var start, int size, int count) = ((long)UInt64(0x28), UInt16(0x3a), UInt16(0x3c));
        for (var i = 0; i < count; i++)
        {
            var header = start + (long)i * size;
            _sections.Add(new Section(
                UInt32(header + 4), (long)UInt64(header + 24), (long)UInt64(header + 32), (int)UInt32(header + 40),
                (int)UInt32(header + 44)));
        }
    }

    /// <summary>The bytes of the file, with the changes of <see cref="MakeOptional"/>.</summary>
    public ReadOnlySpan<byte> File => _file;

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no such library, or damaged.</exception>
    /// <exception cref="IOException">It could not be read.</exception>
    public static ElfVersions Read(string path) => new(System.IO.File.ReadAllBytes(path));

    /// <summary>The versions that the library needs.</summary>
    public IReadOnlyList<Need> Needs()
    {
        var needs = new List<Need>();
        foreach (var section in _sections.Where(section => section.Type == NeededSection))
        {
            var strings = _sections[section.Link].Offset;
            var library = section.Offset;
            for (var i = 0; i < section.Info; i++)
            {
                var name = Text(strings + UInt32(library + 4));
                var version = library + UInt32(library + 8);
                for (var j = 0; j < UInt16(library + 2); j++)
                {
                    needs.Add(new Need(
                        name, Text(strings + UInt32(version + 8)), (UInt16(version + 4) & OptionalFlag) != 0,
                        UInt16(version + 6), version + 4));
                    version += UInt32(version + 12);
                }

                library += UInt32(library + 12);
            }
        }

        return needs;
    }

    /// <summary>The versions that the library offers to others.</summary>
    public IReadOnlySet<string> Offers()
    {
        var offers = new HashSet<string>();
        foreach (var section in _sections.Where(section => section.Type == OfferedSection))
        {
            var strings = _sections[section.Link].Offset;
            var version = section.Offset;
            for (var i = 0; i < section.Info; i++)
            {
                offers.Add(Text(strings + UInt32(version + UInt32(version + 12))));
                version += UInt32(version + 16);
            }
        }

        return offers;
    }

    /// <summary>Whether any place of the library is bound to a symbol of a version.</summary>
    public bool Uses(Need need)
    {
        var symbols = _sections.Single(section => section.Type == DynamicSymbolSection);
        var versions = _sections.Single(section => section.Type == SymbolVersionSection);
        foreach (var section in _sections.Where(section => section.Type == RelocationSection))
        {
            for (var entry = section.Offset; entry < section.Offset + section.Size; entry += RelocationSize)
            {
                long symbol = UInt32(entry + 12);
                if (symbol != 0 && symbol * SymbolSize < symbols.Size && UInt16(versions.Offset + 2 * symbol) == need.Index)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Lets the library be loaded where a version is not there.</summary>
    public void MakeOptional(Need need) =>
        BinaryPrimitives.WriteUInt16LittleEndian(_file.AsSpan((int)need.FlagsOffset), (ushort)(UInt16(need.FlagsOffset) | OptionalFlag));

    private ushort UInt16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(At(offset, sizeof(ushort)));

    private uint UInt32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(At(offset, sizeof(uint)));

    private ulong UInt64(long offset) => BinaryPrimitives.ReadUInt64LittleEndian(At(offset, sizeof(ulong)));

    private string Text(long offset)
    {
        var rest = At(offset, 1, toEnd: true);
        var length = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(length < 0 ? rest : rest[..length]);
    }

    private ReadOnlySpan<byte> At(long offset, int length, bool toEnd = false) => offset < 0 || offset > _file.Length - length
        ? throw new InvalidDataException($"The ELF file names the byte {offset}, but has {_file.Length}.")
        : _file.AsSpan((int)offset, toEnd ? _file.Length - (int)offset : length);

    /// <summary>A version that a library needs.</summary>
    /// <param name="Library">The library that it is a version of.</param>
    /// <param name="Version">Its name.</param>
    /// <param name="IsOptional">Whether the library is loaded without it.</param>
    /// <param name="Index">The number by which symbols name it.</param>
    /// <param name="FlagsOffset">Where its flags stand in the file.</param>
    internal readonly record struct Need(string Library, string Version, bool IsOptional, int Index, long FlagsOffset);

    private readonly record struct Section(uint Type, long Offset, long Size, int Link, int Info);
}
