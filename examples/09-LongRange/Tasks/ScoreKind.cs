using KernelGen.Examples.Training;

namespace KernelGen.Examples.LongRange;

/// <summary>How the answers of a task are scored.</summary>
/// <param name="Name">What tables and plots call the score.</param>
/// <param name="HigherIsBetter">Whether a model is better with a higher one.</param>
/// <param name="Of">The score of some answers.</param>
/// <param name="Text">A score as tables have it.</param>
/// <param name="AxisText">A score as axes have it.</param>
internal sealed record ScoreKind(
    string Name, bool HigherIsBetter, Func<Answers, double> Of, Func<double, string> Text, Func<double, string> AxisText)
{
    /// <summary>The share of answers that are right, from 0 to 1.</summary>
    public static ScoreKind Accuracy { get; } = new(
        "accuracy", HigherIsBetter: true, answers => answers.Accuracy,
        score => FormattableString.Invariant($"{100 * score:F1} %"), LinePlot.Percent);

    /// <summary>The mean cross entropy of a character, in bits.</summary>
    public static ScoreKind Bits { get; } = new(
        "bits per character", HigherIsBetter: false, answers => answers.Loss / Math.Log(2),
        score => FormattableString.Invariant($"{score:F3}"), score => FormattableString.Invariant($"{score:0.##}"));
}
