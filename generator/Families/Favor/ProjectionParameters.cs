using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families.Favor;

/// <summary>The parameters that programs of random features read: the projections ω_r, and what belongs to each of them.</summary>
internal static class ProjectionParameters
{
    private const string Packer = "ProjectionPacking";

    /// <summary>W, [projections, d].</summary>
    /// <param name="name">Its name in the program.</param>
    /// <param name="projections">The axis of the projections.</param>
    /// <param name="headDim">That of a token's numbers.</param>
    /// <param name="isTransform">Whether the draw is a fast transform.</param>
    /// <param name="scale">What each number is multiplied by.</param>
    /// <param name="factor">The place of the hyperparameter that each is multiplied by too, if any.</param>
    public static Parameter Weights(string name, Dim projections, Dim headDim, bool isTransform, double scale, int? factor) => new(
        name, projections, headDim, isTransform ? ParameterForm.Transform : ParameterForm.Matrix,
        new ParameterSource(Packer, "Matrix", isTransform ? "lengths · H·D₃·H·D₂·H·D₁" : "", scale, factor));

    /// <summary>A constant of each feature: ‖ω_r‖² times one hyperparameter plus another, [1, features].</summary>
    public static Parameter Constants(Dim features, int factor, int offset) => new(
        "w2", Dim.One, features, ParameterForm.Vector,
        new ParameterSource(Packer, "SquaredNorms", "‖ω_r‖²", Factor: factor, Offset: offset));
}
