namespace KernelGen.Tests.Masks;

/// <summary>A layer that does not see every key, with the mask as its documentation puts it, in plain C#.</summary>
/// <param name="Type">The generated type.</param>
/// <param name="Sees">Whether a query, by its position among the keys, sees a key, of a head.</param>
/// <param name="IsCausal">Whether no query sees a later key.</param>
public sealed record MaskedLayer(Type Type, Func<int, int, int, bool> Sees, bool IsCausal)
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
    ];

    public IDifferentiableAttention Create() => (IDifferentiableAttention)Activator.CreateInstance(Type)!;

    public override string ToString() => Type.Name;

    private static MaskedLayer Of<T>(Func<int, int, int, bool> sees, bool isCausal) => new(typeof(T), sees, isCausal);

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
