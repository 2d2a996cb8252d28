using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// How a call of a few tokens is computed, whose state nobody keeps. Its time is that of memory: W and S, of which a token reads all. So
/// the queries go through W together with the keys, and S = Fkᵀ·V is not made: the scores Fq·Fkᵀ times V are the same.
/// </summary>
/// <param name="Keys">K · Wᵀ.</param>
/// <param name="Queries">Q · Wᵀ.</param>
/// <param name="LoadsQueries">Where Q comes from.</param>
/// <param name="Sum">S += Fkᵀ · V.</param>
/// <param name="Read">N = Fq · S.</param>
/// <param name="Scores">
/// P = Fq · Fkᵀ, where the program makes scores within a tile; null: it has none, since queries come after all keys.
/// </param>
internal sealed record ShortCall(MatMul Keys, MatMul Queries, Load LoadsQueries, MatMul Sum, MatMul Read, MatMul? Scores)
{
    /// <summary>The projections of the queries, until they are read.</summary>
    public const string ProjectedQueries = "shortB";

    /// <summary>The features of the keys, in place of S.</summary>
    public const string KeyFeatures = "shortFk";

    /// <summary>The values, in place of S.</summary>
    public const string Values = "shortV";

    /// <summary>The form of a program's short calls; null where it has none.</summary>
    public static ShortCall? Of(TileProgram program)
    {
        var statements = Dataflow.Flatten(program.Body).ToList();
        var products = statements.OfType<MatMul>().ToList();
        if (!program.IsForward
            || Projected(ofKeys: true) is not ({ } keys, _)
            || Projected(ofKeys: false) is not ({ } queries, { } query)
            || keys.B != queries.B
            || products.SingleOrDefault(product => product is { TransposeA: true, Target: StateMember }) is not { } sum
            || products.SingleOrDefault(product => product.B == sum.Target) is not { TransposeB: false } read)
        {
            return null;
        }

        return new ShortCall(keys, queries, query, sum, read, products.SingleOrDefault(product =>
            product.Structure == Structure.LowerTarget && product.B == sum.A));

        (MatMul? Product, Load? Load) Projected(bool ofKeys) => products
            .Where(product => product is { TransposeB: true, B: Parameter { Form: ParameterForm.Matrix } })
            .Select(product =>
                (product, statements.OfType<Load>().SingleOrDefault(load => load.Target == product.A && load.Source.IsOfKeys == ofKeys)))
            .SingleOrDefault(pair => pair.Item2 is not null);
    }
}
