using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families.Linformer;

/// <summary>
/// E and F of a program, a row for each position: operands, since they are learned like the weights before and after attention. Where keys
/// and values have one matrix there is one operand.
/// </summary>
internal sealed class LengthProjections
{
    private readonly TileProgramBuilder _b;
    private readonly LinformerSpec _spec;
    private readonly Dim _rank;
    private readonly Operand _ofKeys, _ofValues;

    /// <param name="b">Of the program.</param>
    /// <param name="spec">The declaration.</param>
    /// <param name="rank">The columns.</param>
    public LengthProjections(TileProgramBuilder b, LinformerSpec spec, Dim rank)
    {
        (_b, _spec, _rank) = (b, spec, rank);
        _ofKeys = b.Operand(Operand(spec.HasOneMatrix ? "lengthProjection" : "keyProjection", OperandAccess.Read));
        _ofValues = spec.HasOneMatrix ? _ofKeys : b.Operand(Operand("valueProjection", OperandAccess.Read));
    }

    /// <summary>The rows of E and F that belong to a tile of keys, [keys, r].</summary>
    public (Tile OfKeys, Tile OfValues) Load(TokenLoop keys)
    {
        var e = _b.Load("E", _ofKeys, keys);
        return (e, _ofKeys == _ofValues ? e : _b.Load("F", _ofValues, keys));
    }

    /// <summary>
    /// ∂loss/∂E and ∂loss/∂F, of which a program writes the rows of its keys; of one matrix both are the same. Heads and sequences that
    /// share one add up.
    /// </summary>
    public (Operand OfKeys, Operand OfValues) Gradients()
    {
        var ofKeys = Gradient(_ofKeys);
        return (ofKeys, _ofKeys == _ofValues ? ofKeys : Gradient(_ofValues));
    }

    private Operand Gradient(Operand projection) => _b.Operand(Operand(projection.Name + "Gradient", OperandAccess.Accumulate));

    private Operand Operand(string name, OperandAccess access) => new(name, TokenAxis.Keys, _rank, access)
    {
        SharedBy = _spec.Sharing == LengthSharing.None ? OperandSharing.Batch : OperandSharing.Everyone,
        Positions = _spec.MaxLength,
        IsOptional = access == OperandAccess.Accumulate,
    };
}
