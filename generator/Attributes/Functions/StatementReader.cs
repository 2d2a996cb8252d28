using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>Reads the statements of a method body into what they return. After a fault reading goes on, so that all are reported.</summary>
internal sealed class StatementReader(MethodReader methods, FunctionFaults faults)
{
    public Flow Read(IOperation statement, ImmutableDictionary<ISymbol, Value> variables)
    {
        switch (statement)
        {
            case IBlockOperation block:
                return ReadAll(block.Operations, variables);
            case IVariableDeclarationGroupOperation group:
                return Flow.To(group.Declarations.Aggregate(variables, Declare));
            case IExpressionStatementOperation expression:
                return Flow.To(Assign(expression.Operation, variables));
            case IConditionalOperation conditional:
                return ReadIf(conditional, variables);
            case ISwitchOperation choice:
                return new SwitchReader(Expressions(variables), this).Read(choice, variables);
            case IForLoopOperation loop:
                return new LoopReader(methods, faults, this).Read(loop, variables);
            case IReturnOperation { Kind: OperationKind.Return } result:
                var reader = Expressions(variables);
                return Flow.Return(result.ReturnedValue is null ? reader.CompilersError() : reader.Read(result.ReturnedValue));
            case IEmptyOperation:
                return Flow.To(variables);
            case ILocalFunctionOperation:
                // It is read where it is called.
                return Flow.To(variables);
            case IInvalidOperation:
                faults.AddSilently();
                return Flow.To(variables);
            default:
                Expressions(variables).Unsupported(statement);
                return Flow.To(variables);
        }
    }

    /// <summary>Statements one after the other.</summary>
    public Flow ReadAll(IEnumerable<IOperation> statements, ImmutableDictionary<ISymbol, Value> variables)
    {
        var flow = Flow.To(variables);
        foreach (var statement in statements)
        {
            if (flow.Variables is null)
            {
                // Unreachable, as the compiler warns.
                break;
            }

            flow = flow.Then(Read(statement, flow.Variables));
        }

        return flow;
    }

    private ExpressionReader Expressions(ImmutableDictionary<ISymbol, Value> variables) => new(methods, faults, variables);

    private Flow ReadIf(IConditionalOperation conditional, ImmutableDictionary<ISymbol, Value> variables)
    {
        // The compiler too looks only at the branch that a constant condition takes when it asks which variables are assigned.
        if (conditional.Condition.ConstantValue is { HasValue: true, Value: bool taken })
        {
            var branch = taken ? conditional.WhenTrue : conditional.WhenFalse;
            return branch is null ? Flow.To(variables) : Read(branch, variables);
        }

        var condition = Expressions(variables).Read(conditional.Condition) as Truth;
        if (condition?.Decide() is { } holds)
        {
            // Of the counters of loops.
            return holds ? Read(conditional.WhenTrue, variables)
                : conditional.WhenFalse is null ? Flow.To(variables)
                : Read(conditional.WhenFalse, variables);
        }

        condition ??= Truth.Of(true);
        var ifTrue = Read(conditional.WhenTrue, variables);
        return Flow.If(condition, ifTrue, conditional.WhenFalse is null ? Flow.To(variables) : Read(conditional.WhenFalse, variables));
    }

    private ImmutableDictionary<ISymbol, Value> Declare(
        ImmutableDictionary<ISymbol, Value> variables, IVariableDeclarationOperation declaration)
    {
        foreach (var declarator in declaration.Declarators)
        {
            // A constant is read where it is used.
            var initializer = declarator.GetVariableInitializer()?.Value;
            if (!declarator.Symbol.IsConst && IsReadable(declarator, initializer, variables) && initializer is not null)
            {
                variables = variables.SetItem(declarator.Symbol, Expressions(variables).Read(initializer));
            }
        }

        return variables;
    }

    private bool IsReadable(
        IVariableDeclaratorOperation declarator, IOperation? initializer, ImmutableDictionary<ISymbol, Value> variables)
    {
        var local = declarator.Symbol;
        if (local.RefKind != RefKind.None)
        {
            faults.Unsupported(declarator.Syntax, "a ref local", "copy the value");
            return false;
        }

        switch (local.Type.SpecialType)
        {
            case SpecialType.System_Int32 when initializer is not null && Expressions(variables).IsOfPositions(initializer):
                return true;
            case SpecialType.System_Single or SpecialType.System_Boolean:
                return true;
            case SpecialType.System_Double
                when initializer is not null && declarator.Syntax.Parent is VariableDeclarationSyntax { Type.IsVar: true }:
                // `var` takes its type from the value, which is where the fault lies.
                return true;
            case SpecialType.System_Double when initializer is not null:
                new DoubleFaults(Expressions(variables), faults).ExplainParts(initializer);
                break;
            case SpecialType.None when local.Type.TypeKind == TypeKind.Error:
                faults.AddSilently();
                return false;
        }

        if (initializer is not IInvocationOperation call
            || !MathCalls.IsMath(call.TargetMethod)
            || Expressions(variables).Read(call) != Value.Unknown)
        {
            faults.Unsupported(
                declarator.Syntax, $"a local of type '{local.Type.ToDisplayString()}'",
                UnsupportedConstructs.AdviceForLocal(local.Type, initializer is { ConstantValue.HasValue: true }),
                FunctionFixes.OfLocal(declarator, initializer is { ConstantValue.HasValue: true }));
        }

        return false;
    }

    private ImmutableDictionary<ISymbol, Value> Assign(IOperation expression, ImmutableDictionary<ISymbol, Value> variables)
    {
        var reader = Expressions(variables);
        switch (expression)
        {
            case ISimpleAssignmentOperation { IsRef: false } assignment when Target(assignment.Target) is { } variable:
                return variables.SetItem(variable, reader.Read(assignment.Value));
            case ICompoundAssignmentOperation { OperatorMethod: null } compound when Target(compound.Target) is { } variable:
                var combined = reader.Combine(compound.OperatorKind, reader.Read(compound.Target), reader.Read(compound.Value), compound);
                return variables.SetItem(variable, combined);
            case IIncrementOrDecrementOperation { OperatorMethod: null } step when Target(step.Target) is { } variable:
                var kind = step.Kind == OperationKind.Increment ? BinaryOperatorKind.Add : BinaryOperatorKind.Subtract;
                return variables.SetItem(variable, reader.Combine(kind, reader.Read(step.Target), Number.Of(1), step));
            case IAssignmentOperation { Target: ILocalReferenceOperation target } when IsCounter(target, variables):
            case IIncrementOrDecrementOperation { Target: ILocalReferenceOperation counter } when IsCounter(counter, variables):
                faults.Unsupported(expression.Syntax, "a change of the counter of a loop in its body", "change it in the loop's head");
                break;
            case IAssignmentOperation { Target: ILocalReferenceOperation or IParameterReferenceOperation } ofPositions
                when reader.IsOfPositions(ofPositions.Target):
            case IIncrementOrDecrementOperation ofOne when reader.IsOfPositions(ofOne.Target):
                faults.Unsupported(expression.Syntax, "a change of a whole number of positions", "declare another local");
                break;
            case IAssignmentOperation { Target: ILocalReferenceOperation or IParameterReferenceOperation } other
                when !IsFloatOrBool(other.Target.Type):
                // The declaration was reported.
                faults.AddSilently();
                break;
            case ISimpleAssignmentOperation { Target: IDiscardOperation discard }:
                reader.Unsupported(discard);
                break;
            case IDeconstructionAssignmentOperation { Value: IInvocationOperation call } when MathCalls.IsMath(call.TargetMethod):
                reader.Read(call);
                break;
            case ISimpleAssignmentOperation or ICompoundAssignmentOperation or IIncrementOrDecrementOperation:
                faults.Unsupported(expression.Syntax, "a change of anything but a local", "a kernel function has no effects; use a local");
                break;
            case IInvocationOperation:
                faults.Unsupported(expression.Syntax, "a call whose value is not used", "leave it out", FunctionFixes.OfStatement());
                break;
            case IInvalidOperation:
                faults.AddSilently();
                break;
            default:
                reader.Unsupported(expression);
                break;
        }

        return variables;
    }

    private static bool IsCounter(ILocalReferenceOperation local, ImmutableDictionary<ISymbol, Value> variables) =>
        variables.TryGetValue(local.Local, out var value) && value is Counter;

    private static bool IsFloatOrBool(ITypeSymbol? type) => type?.SpecialType is SpecialType.System_Single or SpecialType.System_Boolean;

    private static ISymbol? Target(IOperation target) => target switch
    {
        _ when !IsFloatOrBool(target.Type) => null,
        ILocalReferenceOperation { Local.RefKind: RefKind.None } local => local.Local,
        IParameterReferenceOperation { Parameter.RefKind: RefKind.None } parameter => parameter.Parameter,
        _ => null,
    };
}
