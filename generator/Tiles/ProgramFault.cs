namespace KernelGen.Generator.Tiles;

/// <summary>What is wrong with a program.</summary>
/// <param name="Statement">Where; null where it is no statement.</param>
/// <param name="What">Goes on where the statement ends.</param>
internal sealed record ProgramFault(Statement? Statement, string What)
{
    public override string ToString() => Statement is null ? What : $"'{ProgramText.Describe(Statement)}' {What}";
}

/// <summary>
/// A program that says nothing, or nothing that can be computed: a mistake of the family or rewrite that made it, never of a user.
/// </summary>
internal sealed class MalformedProgramException(string program, ProgramFault fault)
    : InvalidOperationException($"The tile program '{program}' is malformed: {fault}.")
{
    public ProgramFault Fault { get; } = fault;
}
