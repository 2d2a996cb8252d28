namespace KernelGen.Generator.Expressions;

/// <summary>
/// A function from one number to one: the kernel function f of φ(x) = f(ω_rᵀx̂) + ε, built in or read from a user's method. Equal functions
/// are equal by value, so it may be part of a spec.
/// </summary>
/// <param name="Name">What a reader knows it by: a member of KernelFunction, or the user's method.</param>
/// <param name="Body">The value, in terms of <see cref="Expr.Argument"/>; no tiles, and no calls of other functions.</param>
internal sealed record ScalarFunction(string Name, Expr Body)
{
    /// <summary>The most operations that a user's function has: past that it costs more than the attention around it.</summary>
    public const int MaxSize = 2000;

    /// <summary>
    /// The most operations that are nested within each other, and levels of syntax in a method that is read. Printing takes some 600 bytes
    /// of stack a level and a compiler more; threads may have 1 MB.
    /// </summary>
    public const int MaxNesting = 400;

    /// <summary>The most operations of a body with what is shared counted each time, since printers compare and hash by value.</summary>
    public const int MaxExpansion = 20 * MaxSize;
}
