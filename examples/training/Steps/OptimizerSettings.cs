namespace KernelGen.Examples.Training;

/// <summary>How a model learns: AdamW whose rate rises in a straight line, then falls along half a cosine.</summary>
/// <param name="Steps">Of the optimiser, in all.</param>
/// <param name="Rate">The highest learning rate.</param>
/// <param name="WarmUp">Steps until then.</param>
/// <param name="LastShare">The rate of the last step as a share of the highest.</param>
/// <param name="WeightDecay">Of AdamW.</param>
/// <param name="ClipNorm">Gradients of a larger norm, all parameters together, are scaled down to it.</param>
internal sealed record OptimizerSettings(
    int Steps, double Rate, int WarmUp, double LastShare = 0.1, double WeightDecay = 0.01, double ClipNorm = 1)
{
    /// <summary>The learning rate of a step, the first being 0.</summary>
    public double RateAt(long step)
    {
        if (step < WarmUp)
        {
            return Rate * (step + 1) / WarmUp;
        }

        var done = Math.Min(1, (step - WarmUp) / (double)Math.Max(1, Steps - WarmUp));
        return Rate * (LastShare + ((1 - LastShare) * (1 + Math.Cos(Math.PI * done)) / 2));
    }
}
