namespace KernelGen.Generator.Tiles;

/// <summary>
/// An attention algorithm for one head, written once. It says what is computed from tile to tile; sizes of token tiles, memory, packing,
/// splits over threads and vector instructions are the schedule's, backend by backend.
/// </summary>
internal sealed record TileProgram(
    string Name,
    IReadOnlyList<Operand> Operands,
    IReadOnlyList<Parameter> Parameters,
    State? State,
    IReadOnlyList<Statement> Body)
{
    /// <summary>The final state of an earlier program that this one reads, or null.</summary>
    public State? Kept { get; init; }

    /// <summary>Whether the fold over its own tokens is done by others, who hand in what the state is after it.</summary>
    public bool StateIsGiven { get; init; }

    /// <summary>The query heads that a call must have; null: any.</summary>
    public int? Heads { get; init; }

    /// <summary>The fold over its own tokens, or null where it carries nothing from tile to tile of them.</summary>
    public Fold? Fold => Body.OfType<Fold>().SingleOrDefault();

    /// <summary>
    /// Whether what a tile stores depends on the tiles before it: the fold is all there is. Otherwise loops after it read its final state.
    /// </summary>
    public bool IsScan => Fold is not null && Body.Count == 1;

    /// <summary>The loops that store what the program is for: all but a fold whose final state they read.</summary>
    public IEnumerable<Statement> Outputs => Body.Where(statement => IsScan || statement != Fold);

    /// <summary>The program without a fold whose final state its outputs read.</summary>
    public TileProgram WithOutputsAlone() => IsScan || Fold is null ? this : this with { Body = [.. Outputs], StateIsGiven = true };

    /// <summary>Whether it rotates tokens, and so asks for their positions.</summary>
    public bool RotatesTokens => Parameters.Any(parameter => parameter is Rotation);

    /// <summary>Whether it computes outputs, and no gradient.</summary>
    public bool IsForward => Operands.All(operand => operand.Access != OperandAccess.Accumulate);

    /// <summary>The operand of a name.</summary>
    public Operand this[string name] =>
        Operands.FirstOrDefault(operand => operand.Name == name)
        ?? throw new KeyNotFoundException($"The program {Name} has no operand {name}.");
}
