using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// How a fold sums, so that rounding does not grow with the number of tokens: tiles are added up in a group, and every
/// <see cref="GroupTiles"/> tiles the group is added to the sum in twice the precision of float32, the sum and its rest.
/// </summary>
/// <remarks>
/// <para>
/// Adding each tile so would cost 6 additions and a second matrix for each. A group is summed plainly, 64 roundings or 2e-6 of it at worst,
/// which is all the error that is left. Groups end where the position passes a multiple of their length, wherever a span begins.
/// </para>
/// <para>
/// The first group is the sum itself, so short sequences pay nothing for this (<c>SumStage</c> of the runtime).
/// </para>
/// <para>
/// Where the fold itself reads a sum, as causal attention does, each tile is added to both the group and the sum, so that the sum can be
/// read; when the group ends the sum is made anew from what it was before.
/// </para>
/// </remarks>
internal sealed class SumGroups
{
    /// <summary>Tiles of a group.</summary>
    public const int GroupTiles = 64;

    private readonly HashSet<StateMember> _read;

    public SumGroups(Fold fold)
    {
        Fold = fold;
        Sums = Of(fold.State);
        _read = new HashSet<StateMember>(Dataflow.Flatten(fold.Body)
            .Where(statement => statement is not (Rebase or Runs))
            .SelectMany(statement => Dataflow.Reads(statement).Where(tile => !IsSum(statement, tile)))
            .OfType<StateMember>().Where(Sums.Contains));
    }

    public Fold Fold { get; }

    /// <summary>The members of the state that are sums.</summary>
    public IReadOnlyList<StateMember> Sums { get; }

    /// <summary>The members of a state that are sums: all but its reference.</summary>
    public static IReadOnlyList<StateMember> Of(State? state) =>
        state is null ? [] : [.. state.Members.Where(member => member != state.Reference)];

    /// <summary>What a sum has lost as a float.</summary>
    public static string Rest(StateMember sum) => sum.Name + "Rest";

    /// <summary>The sum of the group that is open.</summary>
    public static string Group(StateMember sum) => sum.Name + "Group";

    /// <summary>The sum before the group, there where the fold reads the sum.</summary>
    public string Base(StateMember sum) => IsRead(sum) ? sum.Name + "Base" : sum.Name;

    /// <summary>Whether the fold reads any of its sums.</summary>
    public bool ReadsSums => _read.Count > 0;

    /// <summary>Whether the fold reads the sum, which must then be up to date after each tile.</summary>
    public bool IsRead(StateMember sum) => _read.Contains(sum);

    /// <summary>What a tile is added to where the fold does not read the sum: the sum itself in its first group, then the group.</summary>
    public static string Open(StateMember sum) => sum.Name + "Open";

    /// <summary>What belongs to a sum beside its rest and itself.</summary>
    public IReadOnlyList<string> Work(StateMember sum) => IsRead(sum) ? [Group(sum), Base(sum)] : [Group(sum)];

    /// <summary>All that is rescaled when a reference rises: the sums first.</summary>
    public IReadOnlyList<Follower> Followers =>
    [
        .. Sums.Select(sum => new Follower(sum.Name, sum)),
        .. Sums.SelectMany(sum => Work(sum).Prepend(Rest(sum)).Select(name => new Follower(name, sum))),
    ];

    /// <summary>Whether a statement adds to a tile.</summary>
    public static bool IsSum(Statement statement, Tile tile) => tile is StateMember && statement.Match(
        load: _ => false,
        store: _ => false,
        matMul: product => product.Accumulate && product.Target == tile,
        map: map => map.Target == tile,
        transpose: _ => false,
        reduce: reduce => reduce.Accumulate && reduce.Target == tile,
        rebase: _ => false,
        runs: _ => false,
        fold: _ => false,
        parallel: _ => false,
        forEach: _ => false,
        addToTable: _ => false,
        loadBand: _ => false,
        skew: _ => false);
}

/// <summary>What is rescaled with a sum when its reference rises.</summary>
/// <param name="Name">The variable that refers to it.</param>
/// <param name="Like">The member that has its shape; it is the member itself where that is its name.</param>
internal sealed record Follower(string Name, StateMember Like)
{
    /// <summary>Whether it is the sum, which is all there is in the sum's first group.</summary>
    public bool IsSum => Name == Like.Name;
}
