namespace KernelGen.Generator.Tiles;

/// <summary>
/// An attention algorithm for one head, written once. It says what is computed from tile to tile; sizes of token tiles, memory, packing,
/// splits over threads and vector instructions are the schedule's, backend by backend.
/// </summary>
internal sealed record TileProgram(
    string Name,
    IReadOnlyList<TensorArgument> Arguments,
    IReadOnlyList<Parameter> Parameters,
    State? State,
    IReadOnlyList<Statement> Body)
{
    /// <summary>The final state of an earlier program that this one reads, or null.</summary>
    public State? Kept { get; init; }

    /// <summary>The argument with a role.</summary>
    public TensorArgument this[TensorRole role]
    {
        get
        {
            foreach (var argument in Arguments)
            {
                if (argument.Role == role)
                {
                    return argument;
                }
            }

            throw new KeyNotFoundException($"The program {Name} has no argument in the role {role}.");
        }
    }
}
