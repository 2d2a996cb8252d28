namespace KernelGen.Examples.Generate;

/// <summary>What the job does.</summary>
/// <param name="DataPath">The text that the model learns.</param>
/// <param name="Prompts">Where it begins to write, all in one batch.</param>
/// <param name="Tokens">The characters that it writes after each prompt.</param>
/// <param name="Sampling">How it chooses them.</param>
/// <param name="Steps">Of training, before it writes.</param>
/// <param name="Threads">Of libtorch and of the kernels.</param>
/// <param name="Positions">Where the time of a token is measured.</param>
/// <param name="ExactPositions">Where that of exact attention is: its prompts cost the square of their length.</param>
/// <param name="Seed">Of the model and of what it writes.</param>
/// <param name="Folder">Where the trained model is.</param>
/// <param name="SvgPath">Where the plot goes; null for none.</param>
internal sealed record Settings(
    string DataPath, IReadOnlyList<string> Prompts, int Tokens, Sampling Sampling, int Steps, int Threads,
    IReadOnlyList<int> Positions, IReadOnlyList<int> ExactPositions, int Seed, string Folder, string? SvgPath)
{
    /// <summary>
    /// Characters of a row in training: about as many as are written. Far beyond positions that it has seen a model writes nonsense.
    /// </summary>
    public const int Length = 1_024;

    /// <summary>Rows of a step.</summary>
    public const int Rows = 8;

    /// <summary>Steps of decoding that are timed at each position.</summary>
    public const int TimedSteps = 200;
}
