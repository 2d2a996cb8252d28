using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Rewrites;

/// <summary>A program without the stores that a caller may not want, and without all that only those need.</summary>
internal sealed class DropOptionalStores : Rewriter
{
    private readonly HashSet<Statement> _dropped;

    private DropOptionalStores(HashSet<Statement> dropped) => _dropped = dropped;

    public static TileProgram Of(TileProgram program)
    {
        var statements = Dataflow.Flatten(program.Body).ToList();
        HashSet<Statement> dropped = [.. statements.Where(statement => statement is Store { Destination.IsOptional: true })];
        for (var before = -1; before < dropped.Count;)
        {
            before = dropped.Count;
            HashSet<Tile> read = [.. statements.Where(statement => !dropped.Contains(statement)).SelectMany(ReadsOfOthers)];
            dropped.UnionWith(statements.Where(statement => Makes(statement) is { Count: > 0 } made && !made.Any(read.Contains)));
        }

        return new DropOptionalStores(dropped).Rewrite(program);
    }

    /// <summary>What a statement reads, but for what it adds to.</summary>
    private static IEnumerable<Tile> ReadsOfOthers(Statement statement) =>
        Dataflow.Reads(statement).Where(tile => tile is StateMember || !Dataflow.Writes(statement).Contains(tile));

    /// <summary>The tiles that are all that a statement is for; none where it changes a state or stores.</summary>
    private static IReadOnlyList<Tile> Makes(Statement statement) =>
        Dataflow.Writes(statement).ToList() is var made && made.Any(tile => tile is StateMember) ? [] : made;

    protected override IEnumerable<Statement> Statement(Statement statement) =>
        _dropped.Contains(statement) ? [] : base.Statement(statement);
}
