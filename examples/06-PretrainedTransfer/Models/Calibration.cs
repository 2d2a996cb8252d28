using KernelGen.Examples.Training;

namespace KernelGen.Examples.PretrainedTransfer;

/// <summary>Measures λ of optimal positive features on a model's own queries and keys: E‖q̂ + k̂‖² of each layer.</summary>
internal static class Calibration
{
    /// <summary>λ of each layer.</summary>
    public static IReadOnlyList<float> Lambdas(Transformer model, TrainingBatch sample) =>
    [
        .. AttentionInputs.Capture(model, sample.Inputs, sample.Rows)
            .Select(layer => (float)FeatureMap.OprfLambda(layer.Query, layer.Key, layer.Shape)),
    ];
}
