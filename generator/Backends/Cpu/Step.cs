using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>One step of a scheduled block.</summary>
internal abstract record Step
{
    /// <summary>Does what is to be done with a step of its kind.</summary>
    public void Switch(Action<StripStep> strip, Action<WholeStep> whole)
    {
        if (this is WholeStep step)
        {
            whole(step);
        }
        else
        {
            strip((StripStep)this);
        }
    }
}

/// <summary>A statement that runs on whole tiles, with the steps of its body if it has one.</summary>
internal sealed record WholeStep(Statement Statement, IReadOnlyList<Step> Body) : Step;

/// <summary>
/// Statements that treat every row of a token axis on its own. They run strip by strip: a few rows go through all of them before the
/// next rows do.
/// </summary>
internal sealed record StripStep(Dim Tokens, IReadOnlyList<Statement> Statements) : Step
{
    /// <summary>Without a product there is nothing to keep close: the strip is the tile.</summary>
    public bool IsStripped => Statements.Any(statement => statement is MatMul);
}

/// <summary>Cuts blocks into steps: maximal chains of row-wise statements, and what stands between them.</summary>
internal static class StepPlanner
{
    public static IReadOnlyList<Step> Plan(IReadOnlyList<Statement> block)
    {
        var steps = new List<Step>();
        var chain = new List<Statement>();
        Dim? tokens = null;

        void Close()
        {
            if (chain.Count > 0)
            {
                steps.Add(new StripStep(tokens!, chain.ToArray()));
                chain.Clear();
            }
        }

        foreach (var statement in block)
        {
            var rows = RowAxis(statement);
            if (rows is null)
            {
                Close();
                steps.Add(new WholeStep(statement, Plan(statement.Body())));
                continue;
            }

            if (chain.Count > 0 && rows != tokens)
            {
                Close();
            }

            // A tile that is needed whole ends the chain where it is made, so that what comes after it can stay with its reader; only what
            // uses nothing but the closed part stays with that.
            var made = chain.FindLastIndex(other => Dataflow.Writes(other).Any(NeededWhole(statement).Contains));
            if (made >= 0)
            {
                while (made + 1 < chain.Count && UsesOnly(chain[made + 1], chain.Take(made + 1)))
                {
                    made++;
                }

                var later = chain.Skip(made + 1).ToArray();
                chain.RemoveRange(made + 1, later.Length);
                Close();
                chain.AddRange(later);
            }

            if (ChangesWhatIsRead(chain, statement))
            {
                Close();
            }

            tokens = rows;
            chain.Add(statement);
        }

        Close();
        return steps;
    }

    /// <summary>The token axis whose rows a statement treats one by one, or null.</summary>
    private static Dim? RowAxis(Statement statement)
    {
        var axis = statement.Match(
            load: load => load.Target.Rows,
            store: store => store.Source.Rows,

            // A transform takes a vector of tokens at a time, which no strip is a multiple of.
            matMul: product => product.TransposeA || product.B is Parameter { Form: ParameterForm.Transform } ? null : product.Target.Rows,
            map: map => map.Target.Rows,
            transpose: _ => null,
            reduce: reduce => reduce.Rows,
            rebase: rebase => rebase.State.Axis,
            runs: _ => null,
            fold: _ => null,
            parallel: _ => null,
            forEach: _ => (Dim?)null,
            addToTable: add => add.Source.Rows,
            loadBand: load => load.Target.Rows,
            skew: skew => skew.Source.Rows);
        return axis is { IsTokens: true } ? axis : null;
    }

    /// <summary>
    /// The tiles of which a statement needs all rows before its first: the right-hand operand of a product, what is reduced over rows.
    /// </summary>
    private static IReadOnlyList<Tile> NeededWhole(Statement statement) => statement is MatMul product
        ? [product.B]
        : [.. Dataflow.Reads(statement)
            .Where(tile => tile.IsRowVector && !(statement is Reduce { Accumulate: true } reduce && tile == reduce.Target))];

    private static bool UsesOnly(Statement statement, IEnumerable<Statement> makers) =>
        statement is Map or Reduce && Dataflow.Reads(statement).All(new HashSet<Tile>(makers.SelectMany(Dataflow.Writes)).Contains);

    /// <summary>Whether a reduction over the rows changes a vector that the chain reads for rows that are still to come.</summary>
    private static bool ChangesWhatIsRead(List<Statement> chain, Statement statement) =>
        statement is Reduce { Target.IsRowVector: true } reduce && chain.SelectMany(Dataflow.Reads).Contains(reduce.Target);
}
