namespace KernelGen.Examples.PretrainedTransfer;

/// <summary>What the job does.</summary>
/// <param name="DataPath">The text.</param>
/// <param name="Steps">Of the model with exact attention.</param>
/// <param name="TuningSteps">Of each model that took its weights.</param>
/// <param name="Threads">Of libtorch and of the kernels.</param>
/// <param name="Seeds">A model is trained and carried over for each.</param>
/// <param name="Folder">Where checkpoints are.</param>
/// <param name="SvgPath">Where the plot goes; null for none.</param>
internal sealed record TransferSettings(
    string DataPath, int Steps, int TuningSteps, int Threads, IReadOnlyList<int> Seeds, string Folder, string? SvgPath)
{
    /// <summary>Characters of a row.</summary>
    public const int Length = 256;

    /// <summary>Rows of a step.</summary>
    public const int Rows = 32;

    /// <summary>Rows of an evaluation.</summary>
    public const int HeldRows = 128;

    /// <summary>Steps from one draw of projections to the next while a model is tuned.</summary>
    public const int RedrawEvery = 50;

    /// <summary>A model has recovered when its accuracy is this share of that of exact attention before.</summary>
    public const double Recovered = 0.95;

    /// <summary>Of the model with exact attention.</summary>
    public double Rate => 2e-3;

    /// <summary>Of what follows: that at which the first model ended, and more would unlearn.</summary>
    public double TuningRate => 5e-4;

    /// <summary>Steps from one evaluation to the next while tuning: close enough to say when a model has recovered.</summary>
    public int TuningEvery => Math.Max(1, TuningSteps / 40);
}
