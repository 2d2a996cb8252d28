namespace KernelGen.Examples.ProteinPerformer;

/// <summary>The place in a row whose surroundings resemble those of another place most.</summary>
/// <param name="Residue">The residue that stands there, or −1 where no place resembles the other in a single token.</param>
/// <param name="Length">How many tokens agree.</param>
internal readonly record struct Match(int Residue, int Length)
{
    /// <summary>Nothing agrees.</summary>
    public static Match None => new(-1, 0);
}
