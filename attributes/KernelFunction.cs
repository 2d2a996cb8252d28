namespace KernelGen;

/// <summary>
/// The kernel function K(q, k) = E[φ(q)ᵀφ(k)] that a <see cref="FavorAttentionAttribute"/> layer attends with. With x̂ = x·d^(-1/4)
/// and random projections ω_r, each member names the feature map φ that estimates it.
/// </summary>
/// <remarks>Source: Choromanski et al., "Rethinking Attention with Performers", arXiv:2009.14794.</remarks>
public enum KernelFunction
{
    /// <summary>
    /// The softmax kernel exp(qᵀk/√d) by positive features, φ_r(x) = exp(ω_rᵀx̂ − ‖x̂‖²/2)/√m: unbiased, and never negative, so the
    /// normaliser cannot vanish.
    /// </summary>
    Softmax = 0,

    /// <summary>
    /// The softmax kernel by pairs of positive features, exp(±ω_rᵀx̂ − ‖x̂‖²/2)/√m. It needs half the projections of
    /// <see cref="Softmax"/> for the same number of features and has a lower variance. The feature count must be even.
    /// </summary>
    SoftmaxHyperbolic = 1,

    /// <summary>
    /// The generalized ReLU kernel, φ_r(x) = max(0, ω_rᵀx̂) + ε (the paper's "Performer-ReLU"). It estimates no softmax: the model is
    /// trained with it.
    /// </summary>
    Relu = 2,
}
