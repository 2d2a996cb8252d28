using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>
/// What statements do, as values: what they return and when, and the variables where they reach their end. Statements have no other effect,
/// so both sides of an `if` can be read one after the other, and what follows is read once.
/// </summary>
internal sealed class Flow
{
    private Flow(Truth? returnsWhen, Value? result, ImmutableDictionary<ISymbol, Value>? variables)
    {
        ReturnsWhen = returnsWhen;
        Result = result;
        Variables = variables;
    }

    /// <summary>When the statements return, if they only do so sometimes.</summary>
    public Truth? ReturnsWhen { get; }

    /// <summary>What is returned; null if nothing ever is.</summary>
    public Value? Result { get; }

    /// <summary>The variables after the statements; null if their end is never reached.</summary>
    public ImmutableDictionary<ISymbol, Value>? Variables { get; }

    /// <summary>Statements that only assign.</summary>
    public static Flow To(ImmutableDictionary<ISymbol, Value> variables) => new(null, null, variables);

    public static Flow Return(Value result) => new(null, result, null);

    /// <summary>These statements, then others that were read with the variables of these.</summary>
    public Flow Then(Flow next)
    {
        if (ReturnsWhen is not { } early || Result is not { } result)
        {
            return next;
        }

        return next.Result is not { } later
            ? new(early, result, next.Variables)
            : new(next.ReturnsWhen is { } late ? early | late : null, early.Choose(result, later), next.Variables);
    }

    /// <summary>One of two.</summary>
    public static Flow If(Truth condition, Flow a, Flow b)
    {
        var result = a.Result is null ? b.Result : b.Result is null ? a.Result : condition.Choose(a.Result, b.Result);
        if (a.Variables is null || b.Variables is null)
        {
            var variables = a.Variables ?? b.Variables;
            return new(variables is null || result is null ? null : When(condition, a, b), result, variables);
        }

        return new(result is null ? null : When(condition, a, b), result, Merge(condition, a.Variables, b.Variables));
    }

    private static Truth When(Truth condition, Flow a, Flow b) => (Part(condition, a), Part(!condition, b)) switch
    {
        ({ } left, { } right) => left | right,
        var (left, right) => left ?? right!,
    };

    /// <summary>When the branch is taken and returns; null if never.</summary>
    private static Truth? Part(Truth taken, Flow branch) =>
        branch.Result is null ? null : branch.ReturnsWhen is { } sometimes ? taken & sometimes : taken;

    /// <summary>What only one branch assigns is not assigned afterwards; the compiler sees that it is not used.</summary>
    private static ImmutableDictionary<ISymbol, Value> Merge(
        Truth condition, ImmutableDictionary<ISymbol, Value> a, ImmutableDictionary<ISymbol, Value> b)
    {
        var merged = a;
        foreach (var variable in a)
        {
            if (!b.TryGetValue(variable.Key, out var other))
            {
                merged = merged.Remove(variable.Key);
            }
            else if (!ReferenceEquals(variable.Value, other))
            {
                merged = merged.SetItem(variable.Key, condition.Choose(variable.Value, other));
            }
        }

        return merged;
    }
}
