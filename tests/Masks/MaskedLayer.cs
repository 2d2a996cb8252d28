namespace KernelGen.Tests.Masks;

/// <summary>A layer that does not see every key, with the mask as its documentation puts it, in plain C#.</summary>
/// <param name="Type">The generated type.</param>
/// <param name="Sees">Whether a query, by its position among the keys, sees a key, of a head and of so many keys.</param>
/// <param name="IsCausal">Whether no query sees a later key.</param>
public sealed record MaskedLayer(Type Type, Func<int, int, int, int, bool> Sees, bool IsCausal)
{
    public static IReadOnlyList<MaskedLayer> All { get; } =
    [
        Of<Window5>((i, j, _) => j <= i && i - j < 5, isCausal: true),
        Of<Window48>((i, j, _) => j <= i && i - j < 48, isCausal: true),
        Of<Window250>((i, j, _) => j <= i && i - j < 250, isCausal: true),
        Of<Window1>((i, j, _) => i == j, isCausal: true),
        Of<SinkWindow>((i, j, _) => j <= i && (i - j < 20 || j < 3), isCausal: true),
        Of<SideWindow>((i, j, _) => Math.Abs(i - j) <= 30, isCausal: false),
        Of<SideSinks>((i, j, _) => Math.Abs(i - j) <= 7 || j < 50, isCausal: false),
        Of<PrefixCausal>((i, j, _) => j <= i || j < 60, isCausal: false),
        Of<AllOptions>((i, j, _) => (j <= i && (i - j < 10 || j < 2)) || j < 4, isCausal: false),
        Of<FixedBlocks>((i, j, _) => j <= i && (j / 20 == i / 20 || j % 20 >= 17), isCausal: true),
        Of<Strided>((i, j, _) => j <= i && (i - j) % 3 == 0, isCausal: true),
        Of<WindowByHead>((i, j, h) => j <= i && (i - j < 4 << h || j < 2), isCausal: true),
        new(typeof(EverythingMask), Everything, IsCausal: false),
        Of<Checkered>((i, j, _) => (i + j) / 7 % 2 == 0, isCausal: false),
        Of<DilatedWindow>((i, j, h) => j <= i && IsStep(i - j, 5, h, 1, 3, 17), isCausal: true) with { Heads = 3 },
        Of<DilatedSides>((i, j, h) => IsStep(Math.Abs(i - j), 9, h, 5, 1, 5) || j < 2, isCausal: false) with { Heads = 3 },
        Of<DilatedAlibi>((i, j, h) => j <= i && (IsStep(i - j, 39, h, 2, 2, 2) || j < 3), isCausal: true) with
        {
            Score = (x, i, j, h) => x - (Math.Pow(2, -8 * (h + 1) / 3.0) * (i - j)),
            Heads = 3,
        },
        Of<AlibiCausal>((i, j, _) => j <= i, isCausal: true) with
        {
            Score = (x, i, j, h) => x - (Math.Pow(2, -8 * (h + 1) / 3.0) * (i - j)),
            Heads = 3,
        },
        Of<AlibiSide>((i, j, _) => Math.Abs(i - j) <= 40, isCausal: false) with
        {
            Score = (x, i, j, h) => (2 * Math.Tanh(x / 2)) - (Math.Pow(2, -8 * (h + 1) / 3.0) * Math.Abs(i - j)),
            Heads = 3,
        },
        Of<BentWindow>((i, j, _) => j <= i && (i - j < 50 || j < 2), isCausal: true) with { Score = Bent },
        Of<LogDistance>((i, j, _) => j <= i, isCausal: true) with { Score = (x, i, j, _) => x - (0.3 * Math.Log(1 + i - j)) },
        Of<PositionsAlone>((_, _, _) => true, isCausal: false) with { Score = (_, i, j, _) => -0.1 * Math.Abs(j - i) },
        new(typeof(Documents), Unknown, IsCausal: true)
        {
            Tokens = new(
                (a, q, k, v, n, o, shape, options) => ((Documents)a).Forward(q, k, v, n[0], o, shape, options),
                (a, q, k, v, n, o, context, g, dq, dk, dv, shape) =>
                    ((Documents)a).Backward(q, k, v, n[0], o, context, g, dq, dk, dv, shape),
                Document)
            {
                Step = (a, state, q, k, v, n, o) => ((Documents)a).Step(state, q, k, v, n[0], o),
                Prefill = (a, state, q, k, v, n, o, shape) => ((Documents)a).Prefill(state, q, k, v, n[0], o, shape),
                Sees = (i, j, _, query, key) => j <= i && query[0] == key[0],
            },
        },
        new(typeof(DocumentWindow), Unknown, IsCausal: true)
        {
            Tokens = new(
                (a, q, k, v, n, o, shape, options) => ((DocumentWindow)a).Forward(q, k, v, n[0], o, shape, options),
                (a, q, k, v, n, o, context, g, dq, dk, dv, shape) =>
                    ((DocumentWindow)a).Backward(q, k, v, n[0], o, context, g, dq, dk, dv, shape),
                (batch, t, _) => (t + batch) / 150 % 2)
            {
                Step = (a, state, q, k, v, n, o) => ((DocumentWindow)a).Step(state, q, k, v, n[0], o),
                Prefill = (a, state, q, k, v, n, o, shape) => ((DocumentWindow)a).Prefill(state, q, k, v, n[0], o, shape),
                Sees = (i, j, _, query, key) => j <= i && (i - j < 40 || j < 2) && query[0] == key[0],
            },
        },
        new(typeof(GlobalTokens), Unknown, IsCausal: false)
        {
            Tokens = new(
                (a, q, k, v, n, o, shape, options) => ((GlobalTokens)a).Forward(q, k, v, n[0], o, shape, options),
                (a, q, k, v, n, o, context, g, dq, dk, dv, shape) =>
                    ((GlobalTokens)a).Backward(q, k, v, n[0], o, context, g, dq, dk, dv, shape),
                (batch, t, _) => t % 61 == batch ? -7 : 0)
            {
                Sees = (i, j, _, _, key) => key[0] != 0 || Math.Abs(i - j) <= 20,
            },
        },
        new(typeof(SeesFrom), Unknown, IsCausal: true)
        {
            Tokens = new(
                (a, q, k, v, n, o, shape, options) => ((SeesFrom)a).Forward(q, k, v, n[0], o, shape, options),
                (a, q, k, v, n, o, context, g, dq, dk, dv, shape) =>
                    ((SeesFrom)a).Backward(q, k, v, n[0], o, context, g, dq, dk, dv, shape),
                (batch, t, _) => t % 19 == 5 ? t + 1 : t / 30 * 30 - (batch * 7)) // some queries see nothing
            {
                Step = (a, state, q, k, v, n, o) => ((SeesFrom)a).Step(state, q, k, v, n[0], o),
                Prefill = (a, state, q, k, v, n, o, shape) => ((SeesFrom)a).Prefill(state, q, k, v, n[0], o, shape),
                Sees = (i, j, _, query, _) => j <= i && j >= query[0],
            },
        },
        new(typeof(Speakers), Unknown, IsCausal: true)
        {
            Tokens = new(
                (a, q, k, v, n, o, shape, options) => ((Speakers)a).Forward(q, k, v, n[0], n[1], o, shape, options),
                (a, q, k, v, n, o, context, g, dq, dk, dv, shape) =>
                    ((Speakers)a).Backward(q, k, v, n[0], n[1], o, context, g, dq, dk, dv, shape),
                (batch, t, _) => (t * (batch + 3)) % 5 - 1, (batch, t, _) => (2 * t) - batch)
            {
                Step = (a, state, q, k, v, n, o) => ((Speakers)a).Step(state, q, k, v, n[0], n[1], o),
                Prefill = (a, state, q, k, v, n, o, shape) => ((Speakers)a).Prefill(state, q, k, v, n[0], n[1], o, shape),
                Sees = (i, j, h, query, key) =>
                    j <= i && key[0] != 3 && (query[0] <= key[0] + 1 || key[1] / 7 % 2 == h || i == j),
                Score = (x, _, _, h, query, key) => BySpeakers(x, h, query, key),
            },
        },
        new(typeof(SegmentScore), (_, _, _, _) => true, IsCausal: false)
        {
            Tokens = new(
                (a, q, k, v, n, o, shape, options) => ((SegmentScore)a).Forward(q, k, v, n[0], o, shape, options),
                (a, q, k, v, n, o, context, g, dq, dk, dv, shape) =>
                    ((SegmentScore)a).Backward(q, k, v, n[0], o, context, g, dq, dk, dv, shape),
                (batch, t, _) => (t / 11) - batch)
            {
                Sees = (_, _, _, _, _) => true,
                Score = (x, i, j, _, query, key) => query[0] < key[0] ? x / 2 : x - (0.1 * Math.Min(Math.Max(i - j, 0), key[0])),
            },
        },
    ];

    /// <summary>What becomes of the score of a query and a key of a head; null: nothing.</summary>
    public Func<double, int, int, int, double>? Score { get; init; }

    /// <summary>Where it asks for numbers of tokens: its members, and what it sees by them.</summary>
    public TokenCalls? Tokens { get; init; }

    /// <summary>The only number of heads that it is for; null: any.</summary>
    public int? Heads { get; init; }

    private static bool IsStep(int distance, int steps, int head, params int[] dilations) =>
        distance % dilations[head] == 0 && distance / dilations[head] <= steps;

    private static double Bent(double score, int query, int key, int head)
    {
        score = score > 0.37 ? 0.37 + ((score - 0.37) / 2) : score;
        if (query - key > 30)
        {
            return score;
        }

        var bent = (3 * Math.Tanh(score / 3)) - (0.05 * (query - key) * (head + 1));
        return key % 4 == 0 ? bent + (0.25 * (key < 2 ? 1 : key / 8)) : bent;
    }

    private static double BySpeakers(double score, int head, int[] query, int[] key)
    {
        var bent = score - (0.01 * (query[1] - key[1]) * (head + 1));
        return query[0] == key[0] ? (2 * Math.Tanh(bent / 2)) + 0.25 : bent;
    }

    /// <summary>Of different lengths, by numbers that are far apart.</summary>
    private static int Document(int batch, int token, int tokens) =>
        (new[] { 7, -(1 << 29), 0, 1 << 29, -1, 8 })[(token * 7 / Math.Max(7, tokens) + batch + (token > 3 ? 1 : 0)) % 6];

    /// <summary>Positions alone do not say what a layer sees that asks for numbers of tokens.</summary>
    private static bool Unknown(int query, int key, int head, int keys) =>
        throw new NotSupportedException("It depends on numbers of tokens.");

    private static bool Everything(int query, int key, int head, int keys) => head == 1
        ? Math.Abs(query - key) <= 9
        : key is 30 or 31 or 32 or 40
            || (Math.Abs(query - key) is var distance && (query >= keys / 2 ? 60 : 15) is var reach && distance < reach
                && distance <= reach / 2 * 3 && key != query - 2 && (Math.Max(key, 5) + head) % 4 != 1);

    public IDifferentiableAttention Create() => (IDifferentiableAttention)Activator.CreateInstance(Type)!;

    public override string ToString() => Type.Name;

    private static MaskedLayer Of<T>(Func<int, int, int, bool> sees, bool isCausal) =>
        new(typeof(T), (query, key, head, _) => sees(query, key, head), isCausal);

    /// <summary>All of them, as theory data.</summary>
    public sealed class Everyone : TheoryDataOf
    {
        public Everyone()
            : base(All)
        {
        }
    }

    /// <summary>The causal ones.</summary>
    public sealed class CausalOnes : TheoryDataOf
    {
        public CausalOnes()
            : base(All.Where(layer => layer.IsCausal))
        {
        }
    }

    /// <summary>Those that go on from token to token.</summary>
    public sealed class Decoding : TheoryDataOf
    {
        public Decoding()
            : base(All.Where(layer => typeof(ICausalAttention).IsAssignableFrom(layer.Type)))
        {
        }
    }

    public abstract class TheoryDataOf : Xunit.TheoryData<MaskedLayer>
    {
        protected TheoryDataOf(IEnumerable<MaskedLayer> layers)
        {
            foreach (var layer in layers)
            {
                Add(layer);
            }
        }
    }
}
