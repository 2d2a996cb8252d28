namespace KernelGen.Bench.Roofline;

/// <summary>How long to measure.</summary>
/// <param name="Repetitions">The most repetitions.</param>
/// <param name="BudgetSeconds">No repetition starts after this, once there are <see cref="MinimumRepetitions"/>.</param>
internal sealed record Effort(int Repetitions, double BudgetSeconds)
{
    public const int MinimumRepetitions = 5;

    /// <summary>A call is repeated until it took this long, so that the clock's resolution and a lone interruption do not show.</summary>
    public const double SliceSeconds = 0.03;

    /// <summary>Long enough for the JIT's second tier to arrive in what surrounds the kernels.</summary>
    public const double WarmUpSeconds = 0.25;

    public static Effort Full { get; } = new(21, 5);

    public static Effort Quick { get; } = new(9, 1.0);
}
