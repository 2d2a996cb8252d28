namespace KernelGen.Bench.Compare;

/// <summary>A commit.</summary>
/// <param name="Hash">All of it.</param>
/// <param name="Title">The short hash and the first line of the message.</param>
internal sealed record Commit(string Hash, string Title);
