namespace KernelGen.Generator.Expressions;

/// <summary>
/// A function from one number to one: the kernel function f of φ(x) = f(ω_rᵀx̂) + ε, built in or read from a user's method. Equal functions are
/// equal by value, so it may be part of a spec.
/// </summary>
/// <param name="Name">What a reader knows it by: a member of KernelFunction, or the user's method.</param>
/// <param name="Body">The value, in terms of <see cref="Expr.Argument"/>; no tiles, and no calls of other functions.</param>
internal sealed record ScalarFunction(string Name, Expr Body);
