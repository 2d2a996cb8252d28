namespace KernelGen.Bench.Roofline;

/// <summary>One measured row of decoding; medians over the repetitions.</summary>
/// <param name="Position">Tokens before the first measured step.</param>
/// <param name="StateBytes">Bytes of state that a step reads and writes.</param>
/// <param name="InPlaceBytes">Bytes of state that a step would read and write if it added its token to the sums at once.</param>
/// <param name="ParameterBytes">Bytes of W that it reads.</param>
/// <param name="Bandwidth">Bytes a second that the probe moves through a footprint as large as the states and W together.</param>
/// <param name="StateShare">The median of the per-repetition shares of that bandwidth which the state alone takes.</param>
/// <param name="Share">The same of state and W.</param>
internal sealed record StepRow(
    string Kernel, int Width, int Streams, int Position, double StateBytes, double InPlaceBytes, double ParameterBytes, double Microseconds,
    double Bandwidth, double StateShare, double Share, int Repetitions)
{
    /// <summary>The time that reading and writing the state once takes at that bandwidth, over the time of a step.</summary>
    public double InPlaceShare => StateShare * InPlaceBytes / StateBytes;
}
