using KernelGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>
/// What is wrong with a kernel function and the methods that it calls. A method that is called twice is read twice but faulted once.
/// </summary>
/// <param name="report">Takes what is wrong.</param>
/// <param name="construct">The rule of what cannot be read; null: that of kernel functions.</param>
internal sealed class FunctionFaults(Action<Diagnostic> report, DiagnosticDescriptor? construct = null)
{
    private readonly HashSet<(string, Location)> _reported = [];

    /// <summary>Whether anything is wrong, be it said by the compiler.</summary>
    public bool Any { get; private set; }

    /// <summary>What the compiler already said.</summary>
    public void AddSilently() => Any = true;

    public void Add(DiagnosticDescriptor rule, Location location, params object?[] message)
    {
        Any = true;
        if (_reported.Add((rule.Id, location)))
        {
            report(Diagnostic.Create(rule, location, message));
        }
    }

    /// <summary>A construct that cannot become part of an expression, and what to write instead.</summary>
    public Value Unsupported(SyntaxNode syntax, string what, string advice)
    {
        Add(construct ?? Rules.FunctionConstruct, syntax.GetLocation(), what, advice);
        return Value.Unknown;
    }
}
