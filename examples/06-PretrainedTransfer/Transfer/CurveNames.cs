namespace KernelGen.Examples.PretrainedTransfer;

/// <summary>What is measured on held-out text.</summary>
internal static class CurveNames
{
    /// <summary>Nats a character.</summary>
    public const string Loss = "loss";

    /// <summary>The share of characters that got the highest score.</summary>
    public const string Accuracy = "accuracy";
}
