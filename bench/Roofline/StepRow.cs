namespace KernelGen.Bench.Roofline;

/// <summary>One measured row of decoding; medians over the repetitions.</summary>
/// <param name="Position">Tokens before the first measured step.</param>
/// <param name="StateBytes">Bytes of state that a step reads and writes.</param>
/// <param name="ParameterBytes">Bytes of W that it reads.</param>
/// <param name="Bandwidth">Bytes a second that the probe moves through a footprint as large as the states and W together.</param>
/// <param name="StateShare">The median of the per-repetition shares of that bandwidth which the state alone takes.</param>
/// <param name="Share">The same of state and W.</param>
internal sealed record StepRow(
    string Kernel, int Width, int Streams, int Position, double StateBytes, double ParameterBytes, double Microseconds, double Bandwidth,
    double StateShare, double Share, int Repetitions);
