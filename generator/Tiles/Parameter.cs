namespace KernelGen.Generator.Tiles;

/// <summary>A matrix of the layer's own, such as projections or learned weights, packed before any call.</summary>
internal class Parameter : Tile
{
    public Parameter(string name, Dim rows, Dim columns, ParameterForm form, ParameterSource source)
        : base(name, rows, columns)
    {
        Form = form;
        Source = source;
    }

    public ParameterForm Form { get; }

    public ParameterSource Source { get; }
}

/// <summary>How a parameter is read.</summary>
internal enum ParameterForm
{
    /// <summary>As the right-hand side of products only.</summary>
    Matrix,

    /// <summary>
    /// Likewise, and it is lengths · H·D₃·H·D₂·H·D₁ in blocks of the next power of two of its columns, H a Walsh–Hadamard matrix and D
    /// diagonals of ±1, so that a product with it can be a fast transform.
    /// </summary>
    Transform,

    /// <summary>By loads and stores, which rotate tokens by their positions.</summary>
    Rotation,

    /// <summary>In expressions: a row of numbers.</summary>
    Vector,
}

/// <summary>What a parameter is packed from. The family says it; backends pass it on to the runtime.</summary>
/// <param name="Packer">The class of KernelGen.CompilerServices that has a method for each form.</param>
/// <param name="Method">Its method that packs this: of what is <see cref="ParameterForm.Transform"/>, as a plain matrix.</param>
/// <param name="Text">What it is, in the notation of the paper, where the name does not say it.</param>
/// <param name="Scale">What each number is multiplied by.</param>
/// <param name="Factor">The place of the hyperparameter that each is multiplied by after that, if any.</param>
/// <param name="Offset">The place of the hyperparameter that is added to each in the end, if any.</param>
internal sealed record ParameterSource(
    string Packer, string Method, string Text = "", double Scale = 1, int? Factor = null, int? Offset = null);
