using KernelGen.Generator.Positions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families.Softmax;

/// <summary>
/// The numbers of tokens that a mask and a score ask for: an operand each, with a number for each key of a sequence. Queries are the last
/// of the keys, so theirs are among them.
/// </summary>
internal sealed class TokenOperands
{
    private readonly TileProgramBuilder _b;
    private readonly IReadOnlyList<Term.OfToken> _numbers;
    private readonly IReadOnlyDictionary<string, Operand> _operands;

    public TokenOperands(TileProgramBuilder b, SoftmaxSpec spec)
    {
        (_b, _numbers) = (b, spec.TokenNumbers);
        _operands = _numbers.Select(number => number.Name).Distinct().ToDictionary(name => name, name => b.Operand(
            new Operand(name, TokenAxis.Keys, Dim.One, OperandAccess.Read)
            {
                SharedBy = OperandSharing.Sequence,
                Element = OperandElement.Int32,
            }));
    }

    /// <summary>Those of a tile of queries, by their positions among the keys.</summary>
    /// <param name="queries">The loop.</param>
    /// <param name="sideBySide">Whether queries are columns.</param>
    public IEnumerable<TokenTile> OfQueries(TokenLoop queries, bool sideBySide = false) => Load(Place.Query, queries, sideBySide);

    /// <summary>Those of a tile of keys.</summary>
    /// <param name="keys">The loop.</param>
    /// <param name="sideBySide">Whether keys are columns.</param>
    public IEnumerable<TokenTile> OfKeys(TokenLoop keys, bool sideBySide = false) => Load(Place.Key, keys, sideBySide);

    private List<TokenTile> Load(Place place, TokenLoop loop, bool sideBySide)
    {
        var tiles = new List<TokenTile>();
        foreach (var number in _numbers.Where(number => number.Place == place))
        {
            var name = number.Name + loop.Tokens.Name.ToUpperInvariant();
            var loaded = _b.Load(name, _operands[number.Name], loop, atPositions: place == Place.Query);
            tiles.Add(new(number, sideBySide ? _b.Transpose(name + "T", loaded) : loaded));
        }

        return tiles;
    }
}
