using KernelGen.CompilerServices;

namespace KernelGen;

/// <summary>
/// The random projections ω_r of a layer, W [rows, columns]: immutable, and to be saved with a model, since another draw is another layer.
/// </summary>
/// <remarks>
/// Which draw: <see cref="Orthogonal"/> unless there is a reason. For every draw the same seed gives the same bits on every machine, and
/// more rows only add to fewer. Draws share their random numbers: at the same seed they are not independent of each other.
/// </remarks>
public sealed class Projection
{
    private readonly ProjectionContent _content;
    private float[]? _weights;

    private Projection(ProjectionContent content)
    {
        _content = content;
        _weights = content.Sizes.IsHadamard ? null : content.Numbers;
    }

    /// <summary>That of the binary form, by which saved states know their projections.</summary>
    internal uint Checksum => ProjectionBinary.Checksum(_content);

    /// <summary>How the rows came about.</summary>
    public ProjectionDraw Draw => _content.Sizes.Draw;

    /// <summary>The projections.</summary>
    public int Rows => _content.Sizes.Rows;

    /// <summary>The numbers of each; the head dimension of the layer.</summary>
    public int Columns => _content.Sizes.Columns;

    /// <summary>
    /// W, [rows, columns], row-major, unscaled; for a Hadamard projection the dense equivalent of its structure, which is computed when it
    /// is first asked for.
    /// </summary>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public ReadOnlySpan<float> Weights => _weights ?? DenseWeights();

    /// <summary>
    /// P, the rows and columns of a block of a Hadamard projection: the next power of two from the columns on. The columns for others.
    /// </summary>
    public int PaddedColumns => _content.Sizes.PaddedColumns;

    /// <summary>
    /// The diagonals of a Hadamard projection, 1 or −1, [blocks, 3, P]; empty for other draws. With D_k the diagonal [b, k] of block b, D_0
    /// is applied to x first: H·D_2·H·D_1·H·D_0·x.
    /// </summary>
    public ReadOnlySpan<float> Signs => _content.Signs;

    /// <summary>
    /// The factors of the rows of a Hadamard projection, [rows]; empty for other draws. With x padded by zeros to P, the unnormalised
    /// H[i, j] = (−1)^popcount(i &amp; j) and the diagonals D_k of block r div P, ω_rᵀx = Lengths[r] · (H·D_2·H·D_1·H·D_0·x)[r mod P].
    /// </summary>
    /// <remarks>The length of ω_r before it is cut from P to the columns, times P^(−3/2).</remarks>
    public ReadOnlySpan<float> Lengths => _content.Sizes.IsHadamard ? _content.Numbers : [];

    /// <summary>
    /// Draws projections that are exactly orthogonal to each other within blocks of <paramref name="columns"/> rows, blocks independent,
    /// each row by itself distributed as N(0, 1)^columns. The same seed gives the same bits on every machine, and more rows only add to
    /// fewer.
    /// </summary>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="seed">Any number.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">rows × columns is more than an array holds.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    /// <remarks>
    /// Cost: about 4 · rows · columns² operations, large draws on several threads, and while it lasts 16 · columns² bytes for each of them.
    /// Source: Choromanski et al., "Rethinking Attention with Performers" (2009.14794), section 2.4; row lengths are independent χ
    /// variables, which keeps the estimate of the kernel unbiased.
    /// </remarks>
    public static Projection Orthogonal(int rows, int columns, ulong seed) =>
        Drawn(ProjectionDraw.Orthogonal, rows, columns, seed, OrthogonalDraw.Draw);

    /// <summary>
    /// Draws projections whose numbers are all independent, N(0, 1): the plain Monte Carlo estimate, to compare others with. The same seed
    /// gives the same bits on every machine, and more rows only add to fewer.
    /// </summary>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="seed">Any number.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">rows × columns is more than an array holds.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    /// <remarks>
    /// Cost: rows · columns normal numbers. Source: Rahimi, Recht, "Random Features for Large-Scale Kernel Machines", NIPS 2007. Unbiased,
    /// with more variance than <see cref="Orthogonal"/>.
    /// </remarks>
    public static Projection Gaussian(int rows, int columns, ulong seed) =>
        Drawn(ProjectionDraw.Gaussian, rows, columns, seed, GaussianDraw.Draw);

    /// <summary>
    /// Draws projections in the directions of <see cref="Orthogonal"/>, but every row of the length √columns. The same seed gives the same
    /// bits on every machine, and more rows only add to fewer.
    /// </summary>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="seed">Any number.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">rows × columns is more than an array holds.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    /// <remarks>
    /// Cost: as <see cref="Orthogonal"/>. Source: Choromanski et al., "Rethinking Attention with Performers" (2009.14794), section 2.3
    /// (regularised softmax kernel). The variance is lower, and the estimate of e^{xᵀy} is too low by a share of about
    /// ‖x + y‖⁴ / (4·(columns + 2)), however many rows there are.
    /// </remarks>
    public static Projection RegularizedOrthogonal(int rows, int columns, ulong seed) =>
        Drawn(ProjectionDraw.RegularizedOrthogonal, rows, columns, seed, OrthogonalDraw.Draw);

    /// <summary>
    /// Draws projections as rows of H·D·H·D·H·D: H is the Walsh–Hadamard matrix of P rows, the next power of two from
    /// <paramref name="columns"/> on, and each D a diagonal of random signs. Rows of a block of P are exactly orthogonal in P dimensions
    /// and have independent lengths, distributed as those of N(0, 1)^P; the first <paramref name="columns"/> numbers of each are kept.
    /// Blocks are independent. The same seed gives the same bits on every machine, and more rows only add to fewer.
    /// </summary>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="seed">Any number.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">rows × columns, or the signs of the blocks, are more than an array holds.</exception>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    /// <remarks>
    /// <para>
    /// Cost: rows · P normal numbers and rows · 2·P·log2 P additions to draw; a product Wx by the structure (<see cref="Signs"/>,
    /// <see cref="Lengths"/>) takes 3·log2 P additions per row in place of P multiplications and additions. Rows cut from P to
    /// fewer columns are no longer exactly orthogonal.
    /// </para>
    /// <para>
    /// Source: Yu et al., "Orthogonal Random Features" (1610.09072), section 4; Choromanski et al., "The Unreasonable Effectiveness of
    /// Structured Random Orthogonal Embeddings" (1703.00864). The directions are not exactly uniform, so the estimate of
    /// e^{xᵀy} has a bias. Tests measure it: where z = x + y lies along an axis, a share of about −‖z‖⁴/(3P²), that is −0.0012 at ‖z‖ = 1
    /// and P = 16; less along two axes, and below 0.0005 in other directions and for P = 64.
    /// </para>
    /// </remarks>
    public static Projection Hadamard(int rows, int columns, ulong seed) =>
        Drawn(ProjectionDraw.Hadamard, rows, columns, seed, HadamardDraw.Draw);

    /// <summary>Takes a copy of given projections, such as those of a model of another library.</summary>
    /// <param name="weights">[rows, columns], row-major, finite.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">The length is not rows × columns, or a weight is not finite.</exception>
    public static Projection FromWeights(ReadOnlySpan<float> weights, int rows, int columns)
    {
        var sizes = CheckedSizes(ProjectionDraw.Given, rows, columns);
        if (weights.Length != sizes.NumberCount)
        {
            throw new ArgumentException(
                $"{rows} × {columns} weights are {sizes.NumberCount} numbers, but {weights.Length} were given.", nameof(weights));
        }

        ProjectionContent content = new(sizes, [], weights.ToArray());
        return content.Problem() is { } problem ? throw new ArgumentException(problem, nameof(weights)) : new Projection(content);
    }

    /// <summary>Writes the projection in a binary form that <see cref="Load"/> reads back bit for bit.</summary>
    /// <param name="stream">Written from where it stands; neither flushed nor closed.</param>
    /// <exception cref="ArgumentNullException">The stream is null.</exception>
    /// <exception cref="IOException">The stream could not be written.</exception>
    /// <remarks>
    /// All numbers are little-endian. The 8 ASCII characters KGENPROJ; the int32 numbers version (1), <see cref="Draw"/>, rows, columns;
    /// then the weights [rows, columns] as float32, or for a Hadamard projection the signs [blocks, 3, P] as int8 and the lengths [rows] as
    /// float32; last the CRC-32 (that of zlib) of all bytes before it as uint32. So the size is 28 bytes and 4 for each weight.
    /// </remarks>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ProjectionBinary.Write(stream, _content);
    }

    /// <summary>Reads what <see cref="Save"/> wrote: the same draw, structure and bits.</summary>
    /// <param name="stream">
    /// Read from where it stands to the end of the projection, not a byte further; it need not be able to seek.
    /// </param>
    /// <exception cref="ArgumentNullException">The stream is null.</exception>
    /// <exception cref="InvalidDataException">
    /// There is no projection, a newer version of the format, a stream that ends early, sizes that are not possible, other bytes than were
    /// saved, or a number that no projection has. No header makes this allocate more than 16 KiB and a few times what the stream holds.
    /// </exception>
    /// <exception cref="IOException">The stream could not be read.</exception>
    public static Projection Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new Projection(ProjectionBinary.Read(stream));
    }

    /// <summary>
    /// Writes the projection as text that <see cref="Parse"/> reads back bit for bit, to look at, compare or keep under version control.
    /// </summary>
    /// <returns>About 12 characters per number.</returns>
    /// <remarks>
    /// Lines end in '\n' and numbers have the form of the invariant culture. First the line
    /// <c>KernelGen.Projection version 1 draw Orthogonal rows 40 columns 16</c> with the name of the <see cref="Draw"/>. Then a line for
    /// each row, its weights with a space between; or for a Hadamard projection a line of P characters + and - for each diagonal of
    /// <see cref="Signs"/>, and a line for each of <see cref="Lengths"/>. Last the line <c>crc32 89ABCDEF</c>: the checksum, in hexadecimal
    /// digits, with which <see cref="Save"/> would end.
    /// </remarks>
    public string ToText() => ProjectionText.Write(_content);

    /// <summary>Reads what <see cref="ToText"/> wrote: the same draw, structure and bits.</summary>
    /// <param name="text">The lines may also end in "\r\n", and white space may follow.</param>
    /// <exception cref="FormatException">
    /// The text is no projection, one in a newer version of the form, not complete, or holds other numbers than were written or a number
    /// that no projection has.
    /// </exception>
    public static Projection Parse(ReadOnlySpan<char> text) => new(ProjectionText.Read(text));

    /// <summary>Whether both project to the same numbers.</summary>
    internal bool HasWeightsOf(Projection other) =>
        ReferenceEquals(this, other) || (Rows == other.Rows && Columns == other.Columns && Weights.SequenceEqual(other.Weights));

    private static Projection Drawn(
        ProjectionDraw draw, int rows, int columns, ulong seed, Func<ProjectionSizes, ulong, ProjectionContent> content)
    {
        var sizes = CheckedSizes(draw, rows, columns);
        var rowBytes = (sizes.NumberCount + sizes.SignCount) * sizeof(float) / rows;
        MemoryChecks.Check(rows, rowBytes, "rows");
        try
        {
            return new Projection(content(sizes, seed));
        }
        catch (OutOfMemoryException exception)
        {
            throw MemoryChecks.TooFew(rows, rowBytes, "rows", exception);
        }
    }

    private float[] DenseWeights()
    {
        MemoryChecks.Check(Rows, (long)Columns * sizeof(float), "rows of dense weights");
        try
        {
            return Interlocked.CompareExchange(ref _weights, HadamardMatrix.DenseWeights(_content), null) ?? _weights;
        }
        catch (OutOfMemoryException exception)
        {
            throw MemoryChecks.TooFew(Rows, (long)Columns * sizeof(float), "rows of dense weights", exception);
        }
    }

    private static ProjectionSizes CheckedSizes(ProjectionDraw draw, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ProjectionSizes sizes = new(draw, rows, columns);
        return sizes.Excess() is { } excess ? throw new ArgumentException(excess, nameof(rows)) : sizes;
    }
}
