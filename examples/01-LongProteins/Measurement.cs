namespace KernelGen.Examples.LongProteins;

/// <summary>What was measured at one length in one direction.</summary>
/// <param name="Causal">Whether a token sees only itself and those before it.</param>
/// <param name="Length">Tokens.</param>
/// <param name="Exact">The time of exact attention; null where it was skipped.</param>
/// <param name="ExactEstimate">The time of exact attention as expected from the length before; null at the first length.</param>
/// <param name="Favor">The time of FAVOR+ attention.</param>
/// <param name="Copy">The time that copying the values to the output takes: no attention at all.</param>
/// <param name="ExactScratch">Bytes that exact attention uses beside inputs and output.</param>
/// <param name="FavorScratch">Bytes that FAVOR+ attention uses beside inputs and output.</param>
/// <param name="Rows">Query rows of each head that errors are measured on.</param>
/// <param name="ExactError">Relative error of the generated exact kernel against double; null where it was skipped.</param>
/// <param name="FavorError">Relative error of FAVOR+ attention to exact attention.</param>
/// <param name="AverageError">Relative error of the plain average of the values that a query sees.</param>
internal sealed record Measurement(
    bool Causal, int Length, TimeSpan? Exact, TimeSpan? ExactEstimate, TimeSpan Favor, TimeSpan Copy, long ExactScratch, long FavorScratch,
    int Rows, double? ExactError, double FavorError, double AverageError);
