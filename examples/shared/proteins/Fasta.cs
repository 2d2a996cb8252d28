using System.Text;

namespace KernelGen.Examples;

/// <summary>Reads proteins in FASTA format: a line ">name", then lines of residues, and again.</summary>
internal static class Fasta
{
    /// <summary>Reads the file at <paramref name="path"/>, plain or compressed by gzip: its first bytes say which.</summary>
    /// <exception cref="JobException">The file cannot be read, is damaged, or is not FASTA of standard amino acids.</exception>
    public static IReadOnlyList<Protein> ReadFile(string path)
    {
        try
        {
            using var reader = new StreamReader(GzipFile.OpenRead(path));
            return Read(reader, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new JobException(
                $"There is no file '{path}'. Give a FASTA file with --data, or leave the option out for the data of the example.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException($"The file '{path}' cannot be read: {e.Message} Give another FASTA file with --data.");
        }
        catch (InvalidDataException e)
        {
            throw new JobException(
                $"The file '{path}' is a damaged gzip file: {e.Message} Copy it again, or give another file with --data.");
        }
    }

    /// <summary>Reads proteins from text; <paramref name="source"/> is what errors call it.</summary>
    /// <exception cref="JobException">The text is not FASTA of standard amino acids.</exception>
    public static IReadOnlyList<Protein> Read(TextReader text, string source)
    {
        var proteins = new List<Protein>();
        var residues = new StringBuilder();
        string? name = null;
        var headerLine = 0;
        var line = 0;

        while (text.ReadLine() is { } raw)
        {
            line++;
            var content = raw.TrimEnd();
            if (content.StartsWith('>'))
            {
                Close();
                name = content[1..].Trim();
                headerLine = line;
            }
            else if (content.Length > 0)
            {
                if (name is null)
                {
                    throw Malformed(
                        source,
                        line,
                        "text before the first header. A protein starts with a line '>name'; is this an uncompressed FASTA file?");
                }

                AppendResidues(content, residues, source, line);
            }
        }

        Close();
        if (proteins.Count == 0)
        {
            throw new JobException(
                $"{source}: no protein in it. A FASTA file has a line '>name' and then lines of residues, for each protein.");
        }

        return proteins;

        void Close()
        {
            if (name is null)
            {
                return;
            }

            if (residues.Length == 0)
            {
                throw Malformed(
                    source, headerLine, $"the protein '{name}' has no residues. Add its sequence below the header, or remove the header.");
            }

            proteins.Add(new Protein(name, residues.ToString()));
            residues.Clear();
        }
    }

    private static void AppendResidues(string content, StringBuilder residues, string source, int line)
    {
        for (var column = 0; column < content.Length; column++)
        {
            // Lower case marks masked regions in some files: the residue is the same.
            var letter = char.ToUpperInvariant(content[column]);
            if (!Vocabulary.AminoAcids.Contains(letter))
            {
                var what = char.IsAsciiLetter(letter)
                    ? $"'{letter}' is not one of the 20 standard amino acids ({Vocabulary.AminoAcids}). "
                        + "Replace the residue or leave the protein out."
                    : $"{Name(content[column])} is not a letter, and residues are letters. Remove it.";
                throw Malformed(source, line, $"column {column + 1}: {what}");
            }

            residues.Append(letter);
        }
    }

    private static string Name(char c) => char.IsControl(c) || char.IsWhiteSpace(c) || char.IsSurrogate(c) || c == '\uFFFD'
        ? $"the character U+{(int)c:X4}"
        : $"'{c}'";

    private static JobException Malformed(string source, int line, string what) => new($"{source}, line {line}: {what}");
}
