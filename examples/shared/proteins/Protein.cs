namespace KernelGen.Examples;

/// <summary>One protein of a FASTA file.</summary>
/// <param name="Name">The header line without its '>'.</param>
/// <param name="Residues">One upper-case letter an amino acid, of <see cref="Vocabulary.AminoAcids"/> only.</param>
internal sealed record Protein(string Name, string Residues);
