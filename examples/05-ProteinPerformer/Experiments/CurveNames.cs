namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What is measured on the way, on validation.</summary>
internal static class CurveNames
{
    /// <summary>Nats a residue.</summary>
    public const string Loss = "validation loss";

    /// <summary>The share of residues that was named.</summary>
    public const string Accuracy = "validation accuracy";
}
