namespace KernelGen.Bench.RowServer;

/// <summary>A row that can be asked for.</summary>
/// <param name="Name">Kernel, direction of sight, what is computed and where it differs from others, with slashes between.</param>
/// <param name="Open">Allocates what it needs.</param>
internal sealed record ServedRow(string Name, Func<IRowWork> Open);
