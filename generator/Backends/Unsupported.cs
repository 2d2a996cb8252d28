using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends;

/// <summary>
/// What a printer does with a statement of a kind that its backend has said it does not support: programs with such never come here.
/// </summary>
internal static class Unsupported
{
    public static void Throw(Statement statement) =>
        throw new InvalidOperationException(
            $"This cannot be printed here, so the backend should have refused the program: {ProgramText.Describe(statement)}.");
}
