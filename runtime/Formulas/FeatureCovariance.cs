namespace KernelGen.Formulas;

/// <summary>
/// How far random features of the softmax kernel vary: Cov(K̂_j, K̂_l)/(K_j·K_l) of the estimates for two keys and the same query from one
/// Gaussian projection, all its branches together. With j = l it is a relative variance.
/// </summary>
/// <remarks>
/// All are Gaussian integrals of products of exponentials of z_j = q̂ + s·k̂_j, with s = −1 for trigonometric features and 1 for all
/// others. Sources: Choromanski et al., arXiv:2009.14794, lemma 2 and theorem 1; Likhosherstov et al., arXiv:2205.15317, theorem 3.2.
/// </remarks>
internal static class FeatureCovariance
{
    /// <summary>Of exp(ωᵀx̂ − ‖x̂‖²/2), and of exp(ωᵀx̂).</summary>
    /// <param name="product">z_jᵀz_l.</param>
    public static double OfPositive(double product) => ExpMinus1(product);

    /// <summary>Of a pair of features from a projection and its opposite, or from its sine and cosine: cosh(product) − 1.</summary>
    /// <param name="product">z_jᵀz_l.</param>
    public static double OfPairs(double product)
    {
        // cosh x − 1 = 2·sinh²(x/2) keeps small results exact.
        var root = Math.Sinh(product / 2);
        return 2 * root * root;
    }

    /// <summary>Of optimal positive features, for every ρ, not only the best.</summary>
    /// <param name="squaredJ">‖z_j‖².</param>
    /// <param name="squaredL">‖z_l‖².</param>
    /// <param name="product">z_jᵀz_l.</param>
    /// <param name="rho">ρ, as <see cref="Rho"/> gives it.</param>
    /// <param name="headDim">d.</param>
    public static double OfOptimal(double squaredJ, double squaredL, double product, double rho, int headDim)
    {
        var squaredSum = squaredJ + squaredL + (2 * product);
        return ExpMinus1(
            (headDim * Math.Log((1 + rho) / (2 * Math.Sqrt(rho)))) + ((1 + rho) / 4 * squaredSum) - ((squaredJ + squaredL) / 2));
    }

    /// <summary>ρ = (√((2λ + d)² + 8dλ) − 2λ − d)/(4λ), the best for ‖z‖² = λ, and 1 at λ = 0.</summary>
    public static double Rho(double lambda, int headDim)
    {
        // Written without the difference of two nearly equal numbers.
        var sum = (2 * lambda) + headDim;
        return 2.0 * headDim / (Math.Sqrt((sum * sum) + (8.0 * headDim * lambda)) + sum);
    }

    /// <summary>A = (1 − 1/ρ)/8, at most 0: the features are exp(A‖ω‖² + B·ωᵀx̂ − ‖x̂‖²/2)·(1 − 4A)^(d/4) with B = √(1 − 4A).</summary>
    public static double A(double rho) => (1 - (1 / rho)) / 8;

    /// <summary>eˣ − 1; eˣ − 1 = 2·e^(x/2)·sinh(x/2) keeps small results exact.</summary>
    private static double ExpMinus1(double x) => x > 1 ? Math.Exp(x) - 1 : 2 * Math.Exp(x / 2) * Math.Sinh(x / 2);
}
