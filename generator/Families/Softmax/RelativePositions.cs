using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families.Softmax;

/// <summary>
/// Scores that know how far apart a query and a key are, as in Transformer-XL (Dai et al., arXiv:1901.02860, section 3.3): with Δ the
/// distance from the query back to the key, s = ((q + u)ᵀk + (q + w)ᵀr_Δ)/√d. Callers hand in q + u as queries, q + w as queries of
/// positions, and r, the keys of distances, a row each. So u, w and what r is made of stay theirs, with their gradients.
/// </summary>
/// <remarks>
/// For a tile of queries and one of keys the products with r are by distance: a band with a column for each difference of positions, one
/// less than the rows and columns of the tile together. Skewed, they are by key.
/// </remarks>
internal sealed class RelativePositions
{
    private readonly TileProgramBuilder _b;
    private readonly SoftmaxSpec _spec;
    private readonly Dim _d;
    private readonly Operand _query, _key;

    private RelativePositions(TileProgramBuilder b, SoftmaxSpec spec, Dim d)
    {
        (_b, _spec, _d) = (b, spec, d);
        _query = b.Operand(new Operand("positionQuery", TokenAxis.Queries, d, OperandAccess.Read));
        _key = b.Operand(OfDistances("distanceKey", OperandAccess.Read));
    }

    /// <summary>What a program is handed; null where scores know nothing of distances.</summary>
    public static RelativePositions? Of(TileProgramBuilder b, SoftmaxSpec spec, Dim d) =>
        spec.Distances is null ? null : new RelativePositions(b, spec, d);

    /// <summary>All distances, however many tokens there are.</summary>
    public TokenIndex Length => _key.Length;

    /// <summary>A tile of queries of positions, as they are and scaled as queries are.</summary>
    public (Tile Queries, Tile Scaled) Load(TokenLoop queries)
    {
        var q = _b.Load("W", _query, queries);
        return (q, _b.Map("Ws", queries.Tokens, _d, SoftmaxProgram.Scaled(q, _spec)));
    }

    /// <summary>The keys of the distances between a tile of queries and one of keys.</summary>
    public Tile KeysBetween(Dim queries, Dim keys) => _b.LoadBand("Rd", _key, Dim.Band("band", queries, keys));

    /// <summary>The keys of a tile of distances.</summary>
    public Tile KeysOf(TokenLoop distances) => _b.Load("Rd", _key, distances);

    /// <summary>Products with keys plus those with the keys of their distances.</summary>
    /// <param name="products">(q + u)ᵀk, [queries, keys].</param>
    /// <param name="queries">q + w, scaled.</param>
    /// <param name="distanceKeys">r of the band.</param>
    public Tile AddTo(Tile products, Tile queries, Tile distanceKeys)
    {
        var byKey = _b.Skew("Bs", _b.MatMul("B", queries, distanceKeys, transposeB: true));
        return _b.Map("C", products.Rows, products.Columns, products + byKey);
    }

    /// <summary>∂loss/∂(q + w).</summary>
    public Operand QueryGradient() =>
        _b.Operand(new Operand("positionQueryGradient", TokenAxis.Queries, _d, OperandAccess.Accumulate));

    /// <summary>∂loss/∂r, to which all sequences add.</summary>
    public Operand KeyGradient() => _b.Operand(OfDistances("distanceKeyGradient", OperandAccess.Accumulate));

    /// <summary>A row for each distance, which is never more than the position of the query.</summary>
    private Operand OfDistances(string name, OperandAccess access) => new(name, TokenAxis.Keys, _d, access)
    {
        SharedBy = OperandSharing.Batch,
        Positions = _spec.Distances,
    };
}
