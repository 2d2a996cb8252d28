namespace KernelGen.Bench.Roofline;

/// <summary>How long to measure.</summary>
/// <param name="Repetitions">The most repetitions.</param>
/// <param name="BudgetSeconds">No repetition starts after this, once there are <see cref="MinimumRepetitions"/>.</param>
/// <param name="SliceSeconds">
/// A call is repeated until it took this long, so that the clock's resolution and a lone interruption do not show.
/// </param>
internal sealed record Effort(int Repetitions, double BudgetSeconds, double SliceSeconds = 0.03)
{
    public const int MinimumRepetitions = 5;

    /// <summary>Long enough for the JIT's second tier to arrive in what surrounds the kernels.</summary>
    public const double WarmUpSeconds = 0.25;

    public static Effort Full { get; } = new(21, 5);

    /// <summary>
    /// For calls of a microsecond: slices so short that most are never interrupted, and so many that the others are outvoted.
    /// </summary>
    public static Effort Short { get; } = new(1001, 2, 5e-4);

    public static Effort Quick { get; } = new(9, 1.0);
}
