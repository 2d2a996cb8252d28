using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Rewrites;

/// <summary>
/// The fold of a program alone. Of a scan it is what the state needs: stores, and what only stores need, are dropped, since its tokens are
/// gone through again for them. From it come the pieces that a split over the sequence folds on their own before their states are merged,
/// so no program writes a split.
/// </summary>
internal sealed class SliceToState : Rewriter
{
    private readonly HashSet<Tile> _needed;

    private SliceToState(State state) => _needed = [.. state.Members];

    /// <param name="program">A program with a fold over its own tokens.</param>
    public static TileProgram Of(TileProgram program)
    {
        var alone = program with { Body = [program.Fold!] };
        return program.IsScan ? new SliceToState(program.Fold!.State).Rewrite(alone) : alone;
    }

    protected override IReadOnlyList<Statement> Block(IReadOnlyList<Statement> block)
    {
        var kept = new List<Statement>();
        foreach (var statement in block.Reverse().Where(statement => Dataflow.Writes(statement).Any(_needed.Contains)))
        {
            kept.Insert(0, WithParts(statement));
            _needed.UnionWith(Dataflow.Reads(statement));
        }

        return kept.SequenceEqual(block) ? block : kept;
    }
}
