using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families.Favor;

/// <summary>
/// What calls hand in for a state that fades: the clock of each token, Γ_i = Σ_{t ≤ i} log2 of the factor of token t. The weight of query i
/// and key j is multiplied by 2^(Γ_i − Γ_j), so Γ is one more summand of both logarithms, and no sum is ever multiplied.
/// </summary>
/// <remarks>
/// A clock grows with the length, as norms do with the size of keys, and is kept in two floats as they are. References rise with −Γ, as
/// they would with larger keys, and what is too old to count falls below them.
/// </remarks>
internal sealed class DecayOperands
{
    private readonly TileProgramBuilder _b;
    private readonly Summands _summands;
    private readonly Operand _clock, _clockRest;

    public DecayOperands(TileProgramBuilder b, StateDecay decay)
    {
        _b = b;
        _summands = new Summands(
            decay.LogDecays is null ? b.Operand(new Operand("logDecay", TokenAxis.Queries, Dim.One, OperandAccess.Read)) : null,
            decay.LogDecays is { } logs ? logs : null);
        var (clock, rest) = AttentionOperands.Clock(_summands);
        _clock = b.Operand(clock);
        _clockRest = b.Operand(rest);
        b.RequireHeads(decay.Heads);
    }

    /// <summary>Whether anybody can ask for a gradient of the decays.</summary>
    public bool IsDifferentiable => _summands.Operand is not null;

    /// <summary>Γ of the tokens of a tile.</summary>
    public TwoFloats Load(TokenLoop tokens) => new(_b.Load("g", _clock, tokens), _b.Load("gr", _clockRest, tokens));

    /// <summary>∂loss/∂Γ of each token; what the engine makes of it is added to what callers hand in for the decays.</summary>
    public Operand Gradient()
    {
        var wanted = _b.Operand(new Operand("logDecayGradient", TokenAxis.Queries, Dim.One, OperandAccess.Accumulate) { IsOptional = true });
        return _b.Operand(AttentionOperands.ClockGradient(new Summands(wanted, null)));
    }
}
