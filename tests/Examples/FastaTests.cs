using System.IO.Compression;
using System.Text;
using KernelGen.Examples;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Does the example read FASTA, and does it say where a file is malformed?</summary>
public sealed class FastaTests
{
    [Fact]
    public void ReadsNamesAndJoinsLines()
    {
        var proteins = Read(">sp|A0ZSE6|CC50C_HUMAN  \nMEER\nAQ\n\n> second\nACDEFGHIKLMNPQRSTVWY\n");
        Assert.Equal([new Protein("sp|A0ZSE6|CC50C_HUMAN", "MEERAQ"), new Protein("second", Vocabulary.AminoAcids)], proteins);
    }

    [Theory]
    [InlineData(">p\r\nAC\r\nDE\r\n")]
    [InlineData(">p\nACDE")]
    [InlineData("\n\n>p\nAC  \nDE\t\n\n")]
    [InlineData(">p\nacDe\n")]
    public void LineEndsTrailingBlanksAndLowerCaseDoNotMatter(string text) => Assert.Equal([new Protein("p", "ACDE")], Read(text));

    [Theory]
    [InlineData("ACDE\n", "f.fasta, line 1: text before the first header")]
    [InlineData("\n\u001f\u008b\n>p\nAC\n", "f.fasta, line 2: text before the first header")]
    [InlineData(">p\nAC-E\n", "f.fasta, line 2: column 3: '-' is not a letter")]
    [InlineData(">p\nACDE\nA CD\n", "f.fasta, line 3: column 2: the character U+0020 is not a letter")]
    [InlineData(">p\nAC\0E\n", "f.fasta, line 2: column 3: the character U+0000 is not a letter")]
    [InlineData(">p\nACé\n", "f.fasta, line 2: column 3: 'é' is not a letter")]
    [InlineData(">p\nACX\n", "f.fasta, line 2: column 3: 'X' is not one of the 20 standard amino acids")]
    [InlineData(">p\nAC\n>q\nAuC\n", "f.fasta, line 4: column 2: 'U' is not one of the 20 standard amino acids")]
    [InlineData(">p\nAC\n>empty\n>q\nAC\n", "f.fasta, line 3: the protein 'empty' has no residues")]
    [InlineData(">p\nAC\n>last\n\n", "f.fasta, line 3: the protein 'last' has no residues")]
    [InlineData("", "f.fasta: no protein in it")]
    [InlineData("\n \n", "f.fasta: no protein in it")]
    public void MalformedTextIsAnErrorThatNamesThePlace(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<JobException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void AMissingFileIsAnErrorThatNamesItAndTheOption()
    {
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "none.fasta");
        var message = Assert.Throws<JobException>(() => Fasta.ReadFile(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains("--data", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderIsAnError() => Assert.Contains(
        "cannot be read", Assert.Throws<JobException>(() => Fasta.ReadFile(Path.GetTempPath())).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("proteins.fasta")]
    [InlineData("proteins.fasta.gz")]
    public void ReadsPlainAndCompressedFilesWhateverTheyAreCalled(string name)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(folder.FullName, name);
            File.WriteAllText(path, ">p\nACDE\n");
            Assert.Equal([new Protein("p", "ACDE")], Fasta.ReadFile(path));
            File.WriteAllBytes(path, [.. Compressed(">p\nAC"), .. Compressed("DE\n")]); // two members are one file
            Assert.Equal([new Protein("p", "ACDE")], Fasta.ReadFile(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void ADamagedGzipFileIsAnErrorAndNeverAShorterFile()
    {
        var path = Path.GetTempFileName();
        try
        {
            var whole = Compressed(string.Concat(Enumerable.Range(0, 400).Select(i => $">p{i}\n{Vocabulary.AminoAcids[(i % 19)..]}\n")));
            for (var length = 2; length < whole.Length; length++)
            {
                File.WriteAllBytes(path, whole[..length]);
                Assert.Contains("damaged gzip", Assert.Throws<JobException>(() => Fasta.ReadFile(path)).Message, StringComparison.Ordinal);
            }

            whole[^6] ^= 1; // its checksum
            File.WriteAllBytes(path, whole);
            Assert.Contains("damaged gzip", Assert.Throws<JobException>(() => Fasta.ReadFile(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Compressed(string text)
    {
        using var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.ASCII.GetBytes(text));
        }

        return file.ToArray();
    }

    private static IReadOnlyList<Protein> Read(string text)
    {
        using var reader = new StringReader(text);
        return Fasta.Read(reader, "f.fasta");
    }
}
