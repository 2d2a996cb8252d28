namespace KernelGen.Generator.Specs;

/// <summary>
/// What a user declared, validated and with every default filled in: the cache boundary of the generator. Two equal specs give the same
/// text, so a spec holds values only: no symbols, syntax, locations or compilation.
/// </summary>
/// <param name="HeadDim">d, the numbers in one head's query and key.</param>
/// <param name="ValueDim">dv, the numbers in one head's value and output.</param>
/// <param name="Features">m, the random features; 0 for a family that has none.</param>
/// <param name="Causal">Whether query i sees only keys j ≤ i.</param>
internal abstract record AttentionSpec(int HeadDim, int ValueDim, int Features, bool Causal)
{
    /// <summary>The projections ω_r that a layer draws, each of d numbers; 0 for a family that draws none.</summary>
    public abstract int ProjectionRows { get; }

    /// <summary>Whether outputs are divided by the sum of their weights; other families always do.</summary>
    public virtual bool Normalize => true;

    /// <summary>The factory of KernelGen.Projection that draws them; meaningless for a family that draws none.</summary>
    public virtual string ProjectionDraw => "Orthogonal";

    /// <summary>φ as analysis sees it; null for a family without random features.</summary>
    public virtual FeatureMapText? FeatureMap => null;

    /// <summary>A number that a layer is made with beside its projections, or null.</summary>
    public virtual Hyperparameter? Hyperparameter => null;

    /// <summary>The spec in one line, for the head of the emitted file.</summary>
    public abstract string Describe();

    /// <summary>The part of <see cref="Describe"/> that every family shares.</summary>
    protected string DescribeSizes() =>
        $"head dim d = {HeadDim}, value dim dv = {ValueDim}"
        + (Features > 0 ? $", features m = {Features}" : "")
        + (Causal ? ", causal" : ", bidirectional");
}

/// <summary>A number that the kernels of a layer depend on and that may be known only when the layer is made.</summary>
/// <param name="Property">The property that shows it.</param>
/// <param name="Parameter">The constructor parameter that takes it where it is not declared.</param>
/// <param name="Summary">What it is.</param>
/// <param name="Declared">Its value where the attribute has it.</param>
/// <param name="Factory">The method of KernelGen.CompilerServices.LayerParameters that turns it into what kernels compute with.</param>
internal sealed record Hyperparameter(string Property, string Parameter, string Summary, float? Declared, string Factory);

/// <summary>A member of KernelGen.FeatureMap: a property, or a method of a function and ε or of the hyperparameter.</summary>
/// <param name="Member">Its name.</param>
/// <param name="Function">f, where the member is a method of it.</param>
/// <param name="Epsilon">ε beside it.</param>
internal sealed record FeatureMapText(string Member, Expressions.ScalarFunction? Function = null, float Epsilon = 0);
