using System.Globalization;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// How often one amino acid stands for another in related proteins, as log odds: BLOSUM62 (Henikoff and Henikoff, 1992, "Amino acid
/// substitution matrices from protein blocks", PNAS 89).
/// </summary>
internal static class SubstitutionMatrix
{
    /// <summary>
    /// Reads a matrix as NCBI writes it: lines that begin with '#', a line of letters, and then a letter and its scores on each line.
    /// </summary>
    /// <param name="path">The file; letters beside the 20 standard amino acids are left out.</param>
    /// <returns>Scores in the order of <see cref="Vocabulary.AminoAcids"/>, [20, 20].</returns>
    /// <exception cref="JobException">The file cannot be read, is malformed, lacks an amino acid, or is not symmetric.</exception>
    public static double[,] ReadFile(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException($"The substitution matrix '{path}' cannot be read: {e.Message}");
        }

        string? columns = null;
        var matrix = new double[Tokens.AminoAcids, Tokens.AminoAcids];
        var seen = new HashSet<char>();
        for (var number = 1; number <= lines.Length; number++)
        {
            var cells = lines[number - 1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (cells.Length == 0 || cells[0].StartsWith('#'))
            {
                continue;
            }

            if (columns is null)
            {
                columns = string.Concat(cells);
                continue;
            }

            if (cells.Length != columns.Length + 1 || cells[0].Length != 1 || !seen.Add(cells[0][0]))
            {
                throw Malformed(
                    path, number, FormattableString.Invariant($"a letter of its own and {columns.Length} scores were expected"));
            }

            var row = Vocabulary.AminoAcids.IndexOf(cells[0][0]);
            for (var i = 0; i < columns.Length; i++)
            {
                var column = Vocabulary.AminoAcids.IndexOf(columns[i]);
                if (!double.TryParse(cells[i + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out var score))
                {
                    throw Malformed(path, number, $"'{cells[i + 1]}' is not a score");
                }

                if (row >= 0 && column >= 0)
                {
                    matrix[row, column] = score;
                }
            }
        }

        foreach (var letter in Vocabulary.AminoAcids)
        {
            if (columns is null || !columns.Contains(letter) || !seen.Contains(letter))
            {
                throw new JobException($"{path}: there is no row and column of '{letter}'.");
            }
        }

        for (var a = 0; a < Tokens.AminoAcids; a++)
        {
            for (var b = 0; b < a; b++)
            {
                if (matrix[a, b] != matrix[b, a])
                {
                    throw new JobException(FormattableString.Invariant(
                        $"{path}: the scores of {Vocabulary.AminoAcids[a]} and {Vocabulary.AminoAcids[b]} are {matrix[a, b]} and {matrix[b, a]}."));
                }
            }
        }

        return matrix;
    }

    private static JobException Malformed(string path, int line, string what) =>
        new(FormattableString.Invariant($"{path}, line {line}: {what}."));
}
