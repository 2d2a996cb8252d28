namespace KernelGen.Examples.KernelZoo;

/// <summary>The layers of Kernels.cs in the order of the tables.</summary>
internal sealed class Zoo
{
    /// <summary>Makes all layers.</summary>
    /// <param name="seed">Of the random features.</param>
    /// <param name="threads">Of each call.</param>
    public Zoo(ulong seed, int threads)
    {
        Exact = new Specimen("exact softmax", new Exact());
        Positive = new Specimen("positive", new Positive(seed));
        Hyperbolic = new Specimen("hyperbolic", new Hyperbolic(seed));
        Trigonometric = new Specimen("trigonometric", new Trigonometric(seed));
        Oprf = new Specimen("OPRF", new Oprf(seed));
        PositiveGaussian = new Specimen("positive, Gaussian ω", new PositiveGaussian(seed));
        PositiveHadamard = new Specimen("positive, Hadamard ω", new PositiveHadamard(seed));
        All =
        [
            Exact,
            Positive,
            Hyperbolic,
            Trigonometric,
            Oprf,
            PositiveGaussian,
            PositiveHadamard,
            new Specimen("ReLU", new Relu(seed)),
            new Specimen("sigmoid", new Sigmoid(seed)),
            new Specimen("exp", new Exp(seed)),
            new Specimen("|x|", new Abs(seed)),
            new Specimen("x²", new Square(seed)),
            new Specimen("elu + 1", new EluPlusOne(seed)),
            new Specimen("GELU + 0.17", new Gelu(seed)),
            new Specimen("tanh, unnormalised", new Tanh(seed)),
            new Specimen("cos, unnormalised", new Cos(seed)),
            new Specimen("x, unnormalised", new Identity(seed)),
            new Specimen("own: softplus", new Softplus(seed)),
            new Specimen("own: clipped square", new ClippedSquare(seed)),
        ];
        foreach (var specimen in All)
        {
            specimen.Layer.DegreeOfParallelism = threads;
        }
    }

    /// <summary>Every layer.</summary>
    public IReadOnlyList<Specimen> All { get; }

    /// <summary>Exact attention.</summary>
    public Specimen Exact { get; }

    /// <summary>FAVOR+ with orthogonal projections.</summary>
    public Specimen Positive { get; }

    /// <summary>Pairs of positive features.</summary>
    public Specimen Hyperbolic { get; }

    /// <summary>Random Fourier features.</summary>
    public Specimen Trigonometric { get; }

    /// <summary>FAVOR++.</summary>
    public Specimen Oprf { get; }

    /// <summary>FAVOR+ with independent projections.</summary>
    public Specimen PositiveGaussian { get; }

    /// <summary>FAVOR+ with Hadamard projections.</summary>
    public Specimen PositiveHadamard { get; }

    /// <summary>The four maps that estimate softmax, each with orthogonal projections.</summary>
    public IReadOnlyList<Specimen> SoftmaxMaps => [Positive, Hyperbolic, Trigonometric, Oprf];
}
