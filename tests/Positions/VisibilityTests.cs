using KernelGen.Generator.Positions;
using Xunit;
using Xunit.Abstractions;

namespace KernelGen.Tests.Positions;

/// <summary>
/// What follows from a visibility for tiles is true, pair by pair: no visible pair is outside of the ranges, nothing is said of a whole
/// tile that a pair of it denies.
/// </summary>
public sealed class VisibilityTests(ITestOutputHelper output)
{
    private static readonly WholeNumber Query = Place.Query, Key = Place.Key, Head = Place.Head;

    /// <summary>Patterns of the literature, and what is known of them.</summary>
    public static TheoryData<string, bool, long, long> Known => new()
    {
        { "causal", true, 0, 0 },
        { "window", true, 5, 0 },
        { "window and sinks", true, 7, 3 },
        { "two-sided", false, 5, 0 },
        { "blocks", true, 0, 0 },
        { "prefix", false, 0, 0 },
        { "windows by head", true, 0, 0 },
        { "all", false, 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void Causality_and_reach_are_found(string name, bool isCausal, long window, long sinks)
    {
        var visibility = Pattern(name);
        Assert.Equal(isCausal, visibility.IsCausal);
        Assert.Equal(window, visibility.Window ?? 0);
        Assert.Equal(sinks, visibility.Sinks);
        Check(visibility, new Random(1));
    }

    [Fact]
    public void A_range_in_closed_form_visits_no_tile_for_nothing()
    {
        foreach (var name in new[] { "causal", "window", "two-sided", "prefix", "windows by head", "all" })
        {
            Assert.Equal(0, Check(Pattern(name), new Random(2)).Needless);
        }
    }

    /// <summary>Masks of a grammar, of each of which every visible pair is visited exactly once, from both sides.</summary>
    [Fact]
    public void Random_masks_are_visited_exactly_once()
    {
        var (visited, needless) = (0, 0);
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var visibility = new Visibility(Relations(random, depth: 3));
            var counted = Check(visibility, random);
            (visited, needless) = (visited + counted.Visited, needless + counted.Needless);
            Assert.Equal(
                visibility.IsCausal,
                visibility.IsCausal && !Pairs().Any(pair => pair.Key > pair.Query && Sees(visibility, pair.Query, pair.Key, 0, 40)));
        }

        output.WriteLine($"{needless} of {visited} visits of tiles were for nothing.");
    }

    [Fact]
    public void Equal_masks_are_equal()
    {
        Assert.Equal(new Visibility(Relation.AtMost(Key, Query)), new Visibility(!Relation.More(Key, Query)));
        Assert.Equal((Query + 1) - (Key + 1), Query - Key);
        Assert.Equal(Relation.Always, Relation.AtLeast(Query + Key, 0));
        Assert.Equal(Relation.Never, Relation.Less(Key + 3, 2));
        Assert.NotEqual(new Visibility(Relation.AtMost(Key, Query)), new Visibility(Relation.Less(Key, Query)));
    }

    private static Visibility Pattern(string name)
    {
        var causal = Visibility.Causal.Sees;
        return new Visibility(name switch
        {
            "causal" => causal,
            "window" => causal & Relation.Less(Query - Key, 5),
            "window and sinks" => causal & (Relation.Less(Query - Key, 7) | Relation.Less(Key, 3)),
            "two-sided" => Relation.AtMost(WholeNumber.Max(Query - Key, Key - Query), 4),
            "blocks" => causal & (Relation.Equal(Key / 5, Query / 5) | Relation.AtLeast(Key % 5, 4)),
            "prefix" => causal | Relation.Less(Key, 6),
            "windows by head" => causal & Relation.Less(Query - Key, WholeNumber.ShiftLeft(2, Head)),
            _ => Relation.Always,
        });
    }

    private static IEnumerable<(int Query, int Key)> Pairs() =>
        Enumerable.Range(0, 40).SelectMany(query => Enumerable.Range(0, 40).Select(key => (query, key)));

    private static bool Sees(Visibility visibility, int query, int key, int head, int keys) => visibility.Sees.Evaluate(at => at switch
    {
        Place.Query => query,
        Place.Key => key,
        Place.Head => head,
        Place.Keys => keys,
        _ => throw new InvalidOperationException($"A pair has no {at}."),
    });

    /// <summary>Compares the tiles of one random size with their pairs, and counts visits.</summary>
    private static (int Visited, int Needless) Check(Visibility visibility, Random random)
    {
        var (keys, head) = (random.Next(1, 41), random.Next(4));
        var queries = random.Next(1, keys + 1);
        var (queryTile, keyTile) = (random.Next(1, 9), random.Next(1, 9));
        var (visited, needless) = (0, 0);
        var (keyRanges, queryRanges) = (visibility.KeyRanges, visibility.QueryRanges);
        for (var i = keys - queries; i < keys; i += queryTile)
        {
            for (var j = 0; j < keys; j += keyTile)
            {
                var (lastQuery, lastKey) = (Math.Min(i + queryTile, keys) - 1, Math.Min(j + keyTile, keys) - 1);
                var seen = Enumerable.Range(i, lastQuery - i + 1)
                    .SelectMany(query => Enumerable.Range(j, lastKey - j + 1).Select(key => Sees(visibility, query, key, head, keys)))
                    .ToList();
                long At(Place place) => place switch
                {
                    Place.Head => head,
                    Place.Keys => keys,
                    Place.FirstQuery => i,
                    Place.LastQuery => lastQuery,
                    Place.FirstKey => j,
                    Place.LastKey => lastKey,
                    _ => throw new InvalidOperationException($"A tile has no {place}."),
                };
                bool Meets(TokenRange range, int first, int last) => range.Condition.Evaluate(At)
                    && range.From.Evaluate(At) <= last && (range.To?.Evaluate(At) ?? keys) > first;
                var possible = visibility.Possibly.Evaluate(At);
                var byQueries = possible && keyRanges.Any(range => Meets(range, j, lastKey));
                var byKeys = possible && queryRanges.Any(range => Meets(range, i, lastQuery));
                if (seen.Contains(true))
                {
                    Assert.True(byQueries, $"{visibility}: keys {j}..{lastKey} of {i}..{lastQuery}");
                    Assert.True(byKeys, $"{visibility}: queries {i}..{lastQuery} of {j}..{lastKey}");
                }

                Assert.True(!visibility.Surely.Evaluate(At) || !seen.Contains(false), visibility.ToString());
                visited += (byQueries ? 1 : 0) + (byKeys ? 1 : 0);
                needless += seen.Contains(true) ? 0 : (byQueries ? 1 : 0) + (byKeys ? 1 : 0);
            }
        }

        return (visited, needless);
    }

    private static Relation Relations(Random random, int depth) => random.Next(depth > 0 ? 7 : 3) switch
    {
        0 => Relation.AtLeast(Numbers(random, 2), Numbers(random, 1)),
        1 => Relation.Less(Numbers(random, 2), Numbers(random, 1)),
        2 => Relation.Equal(Numbers(random, 1), Numbers(random, 1)),
        3 => !Relations(random, depth - 1),
        4 => Relations(random, depth - 1) | Relations(random, depth - 1),
        _ => Relations(random, depth - 1) & Relations(random, depth - 1),
    };

    private static WholeNumber Numbers(Random random, int depth) => random.Next(depth > 0 ? 13 : 4) switch
    {
        0 => random.Next(-3, 20),
        1 => Query,
        2 => Key,
        3 => random.Next(3) == 0 ? Head : random.Next(2) == 0 ? Place.Keys : random.Next(-3, 20),
        4 or 5 => Numbers(random, depth - 1) + Numbers(random, depth - 1),
        6 or 7 => Numbers(random, depth - 1) - Numbers(random, depth - 1),
        8 => Numbers(random, depth - 1) / random.Next(1, 9),
        9 => Numbers(random, depth - 1) % random.Next(1, 9),
        10 => random.Next(2) == 0
            ? WholeNumber.Max(Numbers(random, depth - 1), Numbers(random, depth - 1))
            : WholeNumber.Min(Numbers(random, depth - 1), Numbers(random, depth - 1)),
        11 => random.Next(2) == 0
            ? WholeNumber.ShiftLeft(Numbers(random, depth - 1), Head)
            : WholeNumber.ShiftRight(Numbers(random, depth - 1), Head),
        _ => Numbers(random, depth - 1) * Numbers(random, 0),
    };
}
