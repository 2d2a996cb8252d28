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

    public void Add(DiagnosticDescriptor rule, Location location, params object?[] message) => Report(rule, location, null, message);

    private void Report(DiagnosticDescriptor rule, Location location, Fix? fix, params object?[] message)
    {
        Any = true;
        if (_reported.Add((rule.Id, location)))
        {
            report(Diagnostic.Create(rule, location, fix?.ToProperties(), message));
        }
    }

    /// <summary>A construct that cannot become part of an expression, and what to write instead.</summary>
    /// <param name="syntax">The construct.</param>
    /// <param name="what">Its name.</param>
    /// <param name="advice">What to do instead.</param>
    /// <param name="fix">The same as an edit, where there is one way to do it.</param>
    public Value Unsupported(SyntaxNode syntax, string what, string advice, Fix? fix = null)
    {
        Report(construct ?? Rules.FunctionConstruct, syntax.GetLocation(), fix, what, advice);
        return Value.Unknown;
    }
}
