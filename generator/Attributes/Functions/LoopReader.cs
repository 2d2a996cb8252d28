using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>Reads for loops with constant bounds as their rounds, one after the other.</summary>
internal sealed class LoopReader(MethodReader methods, FunctionFaults faults, StatementReader statements)
{
    /// <summary>
    /// The most rounds of a loop. A body of one operation that is run more often is past what a function may have soon after.
    /// </summary>
    private const int MaxRounds = 100;

    private bool _failed;

    public Flow Read(IForLoopOperation loop, ImmutableDictionary<ISymbol, Value> variables)
    {
        var flow = Flow.To(loop.Before.Aggregate(variables, (known, statement) => Start(statement, known)));
        for (var round = 0; !_failed && flow.Variables is { } known; round++)
        {
            if (GoesOn(loop, known) is not true)
            {
                break;
            }

            if (round == MaxRounds)
            {
                Fault((loop.Condition ?? loop).Syntax, $"a loop of more than {MaxRounds} rounds", "find a formula with fewer terms");
                break;
            }

            flow = flow.Then(statements.Read(loop.Body, known));
            if (flow.Variables is { } after)
            {
                flow = flow.Then(Flow.To(loop.AtLoopBottom.Aggregate(after, (values, statement) => Step(statement, values))));
            }
        }

        return flow;
    }

    /// <summary>Null after a report.</summary>
    private bool? GoesOn(IForLoopOperation loop, ImmutableDictionary<ISymbol, Value> variables)
    {
        var condition = loop.Condition is null ? null : new ExpressionReader(methods, faults, variables).Read(loop.Condition);
        var goesOn = (condition as Truth)?.Decide();
        if (goesOn is null && condition is null or Truth)
        {
            Fault((loop.Condition ?? loop).Syntax, "a loop whose bounds are not constant", "let it run from one constant to another");
        }

        return goesOn;
    }

    private void Fault(SyntaxNode syntax, string construct, string advice)
    {
        _failed = true;
        faults.Unsupported(syntax, construct, advice);
    }

    private ImmutableDictionary<ISymbol, Value> Start(IOperation statement, ImmutableDictionary<ISymbol, Value> variables)
    {
        if (statement is not IVariableDeclarationGroupOperation group)
        {
            return Step(statement, variables);
        }

        foreach (var declarator in group.Declarations.SelectMany(declaration => declaration.Declarators))
        {
            if (!FixedNumbers.IsWhole(declarator.Symbol.Type))
            {
                return statements.Read(statement, variables).Variables!;
            }

            if (declarator.GetVariableInitializer()?.Value is { } start && new FixedNumbers(methods, variables).Read(start) is { } number)
            {
                variables = variables.SetItem(declarator.Symbol, new Counter(number));
            }
            else
            {
                Fault(declarator.Syntax, "a counter that does not start at a constant", "let the loop run from one constant to another");
            }
        }

        return variables;
    }

    /// <summary>
    /// What the head of the loop does after each round. Counters change here and nowhere else, or they might depend on the argument.
    /// </summary>
    private ImmutableDictionary<ISymbol, Value> Step(IOperation statement, ImmutableDictionary<ISymbol, Value> variables)
    {
        if (statement is not IExpressionStatementOperation { Operation: var step }
            || TargetOf(step) is not ILocalReferenceOperation { Local: var local }
            || !variables.TryGetValue(local, out var value) || value is not Counter counter)
        {
            return statements.Read(statement, variables).Variables!;
        }

        var numbers = new FixedNumbers(methods, variables);
        var next = step switch
        {
            ISimpleAssignmentOperation assignment => numbers.Read(assignment.Value),
            ICompoundAssignmentOperation { OperatorMethod: null } compound when numbers.Read(compound.Value) is { } by =>
                FixedNumbers.Combine(compound.OperatorKind, counter.Value, by, local.Type),
            IIncrementOrDecrementOperation { OperatorMethod: null } unit =>
                FixedNumbers.Combine(
                    unit.Kind == OperationKind.Increment ? BinaryOperatorKind.Add : BinaryOperatorKind.Subtract,
                    counter.Value, 1, local.Type),
            _ => null,
        };
        if (next is { } number)
        {
            return variables.SetItem(local, new Counter(number));
        }

        Fault(step.Syntax, "a step that is not constant", "let the loop run from one constant to another");
        return variables;
    }

    private static IOperation? TargetOf(IOperation step) => step switch
    {
        IAssignmentOperation assignment => assignment.Target,
        IIncrementOrDecrementOperation unit => unit.Target,
        _ => null,
    };
}
