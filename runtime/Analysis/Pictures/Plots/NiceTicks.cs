namespace KernelGen;

/// <summary>Round numbers for the ticks of a linear axis.</summary>
internal static class NiceTicks
{
    /// <summary>
    /// Multiples of 1, 2 or 5 times a power of ten, from at or below <paramref name="from"/> to at or above <paramref name="to"/>.
    /// </summary>
    /// <param name="from">The least number to be shown.</param>
    /// <param name="to">The largest.</param>
    /// <param name="about">How many ticks there should be, more or less.</param>
    /// <param name="leastStep">Ticks are at least so far from each other: 1 where only whole numbers mean something.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite, or they are in the wrong order.</exception>
    public static IReadOnlyList<double> Cover(double from, double to, int about, double leastStep = 0)
    {
        if (!double.IsFinite(from) || !double.IsFinite(to) || from > to)
        {
            throw new ArgumentOutOfRangeException(nameof(from), FormattableString.Invariant($"No axis goes from {from} to {to}."));
        }

        // One number alone gets room around it.
        var span = to > from ? to - from : Math.Max(1, Math.Abs(to));
        var power = Math.Pow(10, Math.Floor(Math.Log10(span / about)));
        var step = Math.Max(leastStep, new[] { 1.0, 2, 5, 10 }.First(factor => factor * power * about >= span * (1 - 1e-9)) * power);
        var first = (long)Math.Floor(from / step + 1e-9);
        var last = Math.Max(first + 1, (long)Math.Ceiling(to / step - 1e-9));

        // Rounded to the step's own digits: 3 · 0.1 is 0.30000000000000004.
        var digits = Math.Clamp(-(int)Math.Floor(Math.Log10(step)), 0, 15);
        return [.. Enumerable.Range(0, (int)(last - first + 1)).Select(i => Math.Round((first + i) * step, digits))];
    }
}
