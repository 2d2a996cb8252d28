namespace KernelGen.Examples.LongRange;

/// <summary>What each run may spend: either the same time, or the same steps.</summary>
/// <param name="Seconds">Of training; as many steps as fit are made. Null: <paramref name="Steps"/> counts.</param>
/// <param name="Steps">Of the optimiser; null: <paramref name="Seconds"/> counts.</param>
internal sealed record Budget(double? Seconds, int? Steps)
{
    /// <summary>The same time for each.</summary>
    public static Budget OfSeconds(double seconds) => new(seconds, null);

    /// <summary>The same steps for each.</summary>
    public static Budget OfSteps(int steps) => new(null, steps);

    /// <summary>The steps of a part of the budget.</summary>
    /// <param name="share">The part, from 0 to 1.</param>
    /// <param name="secondsOfStep">Measures a step; asked only where time is what counts.</param>
    public int StepsOf(double share, Func<double> secondsOfStep) =>
        Math.Max(1, (int)(Steps is { } steps ? share * steps : share * Seconds!.Value / secondsOfStep()));

    /// <inheritdoc/>
    public override string ToString() => Steps is { } steps
        ? FormattableString.Invariant($"{steps:N0} steps")
        : FormattableString.Invariant($"{Seconds:0.#} s of training");
}
