namespace KernelGen.Generator.Expressions;

/// <summary>What an expression reads an element of. Which things those are is no business of expressions.</summary>
internal abstract class Variable
{
    protected Variable(string name) => Name = name;

    /// <summary>The name in the notation of the paper; unique in a program and an identifier in emitted text.</summary>
    public string Name { get; }

    public override string ToString() => Name;
}
