using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using KernelGen.Generator.Attributes.Functions;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Positions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace KernelGen.Generator.Attributes.Masks;

/// <summary>
/// A user's method `static bool Sees(int query, int key)` → <see cref="Visibility"/>. Its body is evaluated with numbers that are known by
/// their positions only; both sides of an `if` are read, each with what follows it.
/// </summary>
internal sealed class MaskReader
{
    /// <summary>Far more than a mask of the allowed size takes.</summary>
    private const int MostSteps = 20_000;

    /// <summary>Comparisons of a mask.</summary>
    private const int MostComparisons = 256;

    /// <summary>Terms of one number: they are compared with one another, and printed.</summary>
    private const int MostTerms = 256;

    /// <summary>The names of parameters, for a message.</summary>
    private const string Names = "query, key, head (which query head), keys (how many there are)";

    private readonly Compilation _compilation;
    private readonly FunctionFaults _faults;
    private readonly CancellationToken _cancel;
    private readonly Stack<IMethodSymbol> _open = new();
    private int _steps;

    public MaskReader(Compilation compilation, FunctionFaults faults, CancellationToken cancel) =>
        (_compilation, _faults, _cancel) = (compilation, faults, cancel);

    /// <summary>Null where the method is not found or cannot be read; why is reported, unless the compiler says so itself.</summary>
    /// <param name="annotated">The type that carries the attribute, and has the method.</param>
    /// <param name="name">The method.</param>
    /// <param name="compilation">The compilation of both.</param>
    /// <param name="attribute">Where to report that there is no such method.</param>
    /// <param name="report">Takes what is wrong.</param>
    /// <param name="cancel">Stops reading.</param>
    public static Visibility? Read(
        INamedTypeSymbol annotated, string name, Compilation compilation, Location attribute, Action<Diagnostic> report,
        CancellationToken cancel)
    {
        var faults = new FunctionFaults(report, Rules.MaskConstruct);
        var reader = new MaskReader(compilation, faults, cancel);
        var (method, objection) = MethodFinder.Find(annotated, name, annotated, compilation, ObjectionTo);
        var source = method is null ? null : reader.SourceOf(method);
        if (method is null || source is null)
        {
            NotUsable(objection ?? "has no body in this project");
            return null;
        }

        try
        {
            var value = reader.Run(
                method, source, [.. method.Parameters.Select(own => new MaskValue.Whole(PositionParameters.NumberOf(own)!))]);
            if (faults.Any || value is not MaskValue.Truth { Relation: var relation })
            {
                return null;
            }

            if (relation == Relation.Never)
            {
                NotUsable("lets no query see a key");
                return null;
            }

            return new Visibility(relation);
        }
        catch (OverflowException)
        {
            // Not even 64 bits hold them.
            faults.Add(Rules.NumbersTooLarge, attribute, "Mask", NumberLimits.FewestPositions, 0);
        }
        catch (InsufficientExecutionStackException)
        {
            faults.Add(Rules.FunctionTooLarge, source.Identifier.GetLocation(), name, "far more", MostComparisons);
        }

        return null;

        void NotUsable(string why) => faults.Add(Rules.MaskNotUsable, attribute, $"{annotated.ToDisplayString()}.{name}", why, name);
    }

    /// <summary>Stops what doubles from step to step before it gets out of hand.</summary>
    private static MaskValue Limited(MaskValue value)
    {
        var isTooLarge = value switch
        {
            MaskValue.Truth { Relation: var relation } => relation.Size > MostComparisons,
            MaskValue.Whole { Cases: var cases } => cases.Count > MaskValue.MostCases
                || cases.Any(one => one.Number.Size > MostTerms || one.When.Size > MostComparisons),
            _ => false,
        };
        return isTooLarge ? throw new InsufficientExecutionStackException() : value;
    }

    private static string? ObjectionTo(IMethodSymbol method) => method switch
    {
        { ReturnType.SpecialType: not SpecialType.System_Boolean } => $"returns {method.ReturnType.ToDisplayString()}",
        _ => method.Parameters.Select(own => PositionParameters.ObjectionTo(own, Names)).FirstOrDefault(objection => objection is not null),
    };

    private MethodDeclarationSyntax? SourceOf(IMethodSymbol method) =>
        new MethodReader(_compilation, _faults, _cancel).SourceOf(method);

    private void CountStep()
    {
        _cancel.ThrowIfCancellationRequested();
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++_steps > MostSteps)
        {
            throw new InsufficientExecutionStackException();
        }
    }

    /// <summary>The value that a method returns.</summary>
    private MaskValue Run(IMethodSymbol method, MethodDeclarationSyntax source, IReadOnlyList<MaskValue> arguments)
    {
        if (MethodReader.IsNestedTooDeeply(source))
        {
            throw new InsufficientExecutionStackException();
        }

        var model = _compilation.GetSemanticModel(source.SyntaxTree);
        if (model.GetDeclaredSymbol(source, _cancel) is not IMethodSymbol declared
            || model.GetOperation(source, _cancel) is not IMethodBodyOperation body
            || (body.BlockBody ?? body.ExpressionBody) is not { } block)
        {
            return CompilersError();
        }

        var variables = ImmutableDictionary.Create<ISymbol, MaskValue>(SymbolEqualityComparer.Default)
            .AddRange(declared.Parameters.Select((own, place) => new KeyValuePair<ISymbol, MaskValue>(own, arguments[place])));
        _open.Push(method.OriginalDefinition);
        var value = Run(ImmutableStack<IOperation>.Empty.Push(block), variables);
        _open.Pop();
        return value;
    }

    /// <summary>What is returned by statements, the next of which is on top.</summary>
    private MaskValue Run(ImmutableStack<IOperation> statements, ImmutableDictionary<ISymbol, MaskValue> variables)
    {
        while (!statements.IsEmpty)
        {
            CountStep();
            statements = statements.Pop(out var statement);
            switch (statement)
            {
                case IBlockOperation block:
                    statements = block.Operations.Reverse().Aggregate(statements, (below, next) => below.Push(next));
                    break;
                case IReturnOperation { ReturnedValue: { } result }:
                    return Value(result, variables);
                case IVariableDeclarationGroupOperation group:
                    variables = group.Declarations.SelectMany(declaration => declaration.Declarators)
                        .Aggregate(variables, Declare);
                    break;
                case IConditionalOperation conditional:
                    var whenFalse = conditional.WhenFalse is null ? statements : statements.Push(conditional.WhenFalse);
                    return Value(conditional.Condition, variables) is MaskValue.Truth { Relation: var condition }
                        ? condition == Relation.Always ? Run(statements.Push(conditional.WhenTrue), variables)
                        : condition == Relation.Never ? Run(whenFalse, variables)
                        : Limited(MaskValue.Choose(
                            condition, Run(statements.Push(conditional.WhenTrue), variables), Run(whenFalse, variables)))
                        : MaskValue.Unknown;
                case IExpressionStatementOperation { Operation: ISimpleAssignmentOperation { IsRef: false } set }
                    when Target(set.Target) is { } variable:
                    variables = variables.SetItem(variable, Value(set.Value, variables));
                    break;
                case IExpressionStatementOperation { Operation: ICompoundAssignmentOperation { OperatorMethod: null } set }
                    when Target(set.Target) is { } variable:
                    variables = variables.SetItem(variable, Limited(
                        Binary(set.OperatorKind, Value(set.Target, variables), Value(set.Value, variables), set)));
                    break;
                case IExpressionStatementOperation { Operation: IIncrementOrDecrementOperation { OperatorMethod: null } step }
                    when Target(step.Target) is { } variable:
                    var kind = step.Kind == OperationKind.Increment ? BinaryOperatorKind.Add : BinaryOperatorKind.Subtract;
                    variables = variables.SetItem(
                        variable, Limited(Binary(kind, Value(step.Target, variables), new MaskValue.Whole(1), step)));
                    break;
                case IEmptyOperation:
                    break;
                case IReturnOperation or IInvalidOperation:
                    return CompilersError();
                default:
                    return Unsupported(statement);
            }
        }

        // Where a path returns nothing the compiler says so.
        return CompilersError();
    }

    private ImmutableDictionary<ISymbol, MaskValue> Declare(
        ImmutableDictionary<ISymbol, MaskValue> variables, IVariableDeclaratorOperation declarator) =>
        declarator.GetVariableInitializer()?.Value is not { } initializer || declarator.Symbol.IsConst
            ? variables
            : variables.SetItem(declarator.Symbol, Value(initializer, variables));

    /// <summary>What an expression evaluates to.</summary>
    public MaskValue Value(IOperation operation, ImmutableDictionary<ISymbol, MaskValue> variables)
    {
        CountStep();
        return Limited(operation switch
        {
            { ConstantValue: { HasValue: true, Value: int number } } => new MaskValue.Whole(number),
            { ConstantValue: { HasValue: true, Value: bool truth } } => new MaskValue.Truth(truth ? Relation.Always : Relation.Never),
            IParameterReferenceOperation parameter => Variable(parameter.Parameter),
            ILocalReferenceOperation local => Variable(local.Local),
            IParenthesizedOperation parenthesized => Value(parenthesized.Operand, variables),
            IConversionOperation { OperatorMethod: null, Conversion.IsIdentity: true } conversion => Value(conversion.Operand, variables),
            IUnaryOperation { OperatorMethod: null } unary => Unary(unary, Value(unary.Operand, variables)),
            IBinaryOperation { OperatorMethod: null } binary when OfOtherType(binary) is { } other => IsReported(other, variables)
                ? MaskValue.Unknown
                : Unsupported(other),
            IBinaryOperation { OperatorMethod: null } binary => Binary(
                binary.OperatorKind, Value(binary.LeftOperand, variables), Value(binary.RightOperand, variables), binary),
            IConditionalOperation { IsRef: false, WhenFalse: { } otherwise } conditional =>
                Value(conditional.Condition, variables) is MaskValue.Truth condition
                    ? MaskValue.Choose(condition.Relation, Value(conditional.WhenTrue, variables), Value(otherwise, variables))
                    : MaskValue.Unknown,
            IIsPatternOperation test => Value(test.Value, variables) switch
            {
                MaskValue.Whole tested => Pattern(test.Pattern, tested),
                MaskValue.Truth => Unsupported(operation),
                _ => MaskValue.Unknown,
            },
            IInvocationOperation { Instance: { } target } when IsReported(target, variables) => MaskValue.Unknown,
            IInvocationOperation call when call.TargetMethod.Parameters.Any(own => !MethodReader.IsRead(own)) => Unsupported(
                call.Syntax, $"a call of '{call.TargetMethod.Name}', which takes a parameter by reference,", "take it by value"),
            IInvocationOperation call => Call(call, [.. CallArguments.ByParameter(call).Select(argument =>
                argument is null ? CompilersError() : Value(argument, variables))]),
            IInvalidOperation => CompilersError(),
            _ => Unsupported(operation),
        });

        MaskValue Variable(ISymbol symbol) => variables.TryGetValue(symbol, out var value) ? value : CompilersError();
    }

    /// <summary>The variable that a statement changes; null where it is none of the method's own.</summary>
    private static ISymbol? Target(IOperation target) => target switch
    {
        ILocalReferenceOperation { Local.RefKind: RefKind.None } local => local.Local,
        IParameterReferenceOperation { Parameter.RefKind: RefKind.None } parameter => parameter.Parameter,
        _ => null,
    };

    /// <summary>The operand that makes an operation one of other than ints and bools, and not the one that is converted for it.</summary>
    private static IOperation? OfOtherType(IBinaryOperation binary)
    {
        IOperation[] others = [.. new[] { binary.LeftOperand, binary.RightOperand }.Where(operand =>
            operand.Type?.SpecialType is not (SpecialType.System_Int32 or SpecialType.System_Boolean))];
        return others.FirstOrDefault(operand => operand is not IConversionOperation { IsImplicit: true }) ?? others.FirstOrDefault();
    }

    /// <summary>Whether it is a local whose value was reported where it is declared.</summary>
    private static bool IsReported(IOperation operation, ImmutableDictionary<ISymbol, MaskValue> variables) =>
        operation is ILocalReferenceOperation local && variables.TryGetValue(local.Local, out var value) && value == MaskValue.Unknown;

    private MaskValue Unary(IUnaryOperation unary, MaskValue operand) => (unary.OperatorKind, operand) switch
    {
        (UnaryOperatorKind.Not, MaskValue.Truth truth) => new MaskValue.Truth(!truth.Relation),
        (UnaryOperatorKind.Minus, MaskValue.Whole number) => MaskValue.Combine(new MaskValue.Whole(0), number, (a, b) => a - b),
        (UnaryOperatorKind.Plus, MaskValue.Whole number) => number,
        (_, MaskValue.Whole or MaskValue.Truth) => Unsupported(unary),
        _ => MaskValue.Unknown,
    };

    private MaskValue Binary(BinaryOperatorKind kind, MaskValue left, MaskValue right, IOperation operation) => (left, right) switch
    {
        (MaskValue.Truth a, MaskValue.Truth b) => kind switch
        {
            BinaryOperatorKind.And or BinaryOperatorKind.ConditionalAnd => new MaskValue.Truth(a.Relation & b.Relation),
            BinaryOperatorKind.Or or BinaryOperatorKind.ConditionalOr => new MaskValue.Truth(a.Relation | b.Relation),
            BinaryOperatorKind.Equals => new MaskValue.Truth((a.Relation & b.Relation) | (!a.Relation & !b.Relation)),
            BinaryOperatorKind.NotEquals or BinaryOperatorKind.ExclusiveOr =>
                new MaskValue.Truth((a.Relation & !b.Relation) | (!a.Relation & b.Relation)),
            _ => Unsupported(operation),
        },
        (MaskValue.Whole a, MaskValue.Whole b) => Whole(kind, a, b, operation),
        _ => MaskValue.Unknown,
    };

    private MaskValue Whole(BinaryOperatorKind kind, MaskValue.Whole a, MaskValue.Whole b, IOperation operation)
    {
        switch (kind)
        {
            case BinaryOperatorKind.Add:
                return MaskValue.Combine(a, b, (x, y) => x + y);
            case BinaryOperatorKind.Subtract:
                return MaskValue.Combine(a, b, (x, y) => x - y);
            case BinaryOperatorKind.Multiply when IsTheSameForAll(a) || IsTheSameForAll(b):
                return MaskValue.Combine(a, b, (x, y) => x * y);
            case BinaryOperatorKind.Multiply:
                return Unsupported(
                    operation.Syntax, "a product of two positions", "multiply by a constant, or by what depends on the head");
            case BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder when b.Constant is { } divisor and not 0:
                // Towards zero, a negative divisor turns the sign of the quotient round and leaves the remainder as it is.
                return kind == BinaryOperatorKind.Remainder
                    ? MaskValue.Combine(a, b, (x, _) => x % Math.Abs(divisor))
                    : MaskValue.Combine(a, b, (x, _) => divisor > 0 ? x / divisor : -(x / -divisor));
            case BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder
                when operation is IBinaryOperation { RightOperand.ConstantValue.HasValue: true }:
                return CompilersError(); // of 0
            case BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder:
                return Unsupported(
                    operation.Syntax, b.Constant == 0 ? "a division by 0" : "a division by what is no constant", "divide by a constant");
            case BinaryOperatorKind.LeftShift when IsTheSameForAll(b):
                return MaskValue.Combine(a, b, (x, y) => WholeNumber.ShiftLeft(x, y.IsConstant ? y.Constant & 31 : y));
            case BinaryOperatorKind.RightShift when IsTheSameForAll(b):
                return MaskValue.Combine(a, b, (x, y) => WholeNumber.ShiftRight(x, y.IsConstant ? y.Constant & 31 : y));
            case BinaryOperatorKind.LessThan:
                return MaskValue.Compare(a, b, Relation.Less);
            case BinaryOperatorKind.LessThanOrEqual:
                return MaskValue.Compare(a, b, Relation.AtMost);
            case BinaryOperatorKind.GreaterThan:
                return MaskValue.Compare(a, b, Relation.More);
            case BinaryOperatorKind.GreaterThanOrEqual:
                return MaskValue.Compare(a, b, Relation.AtLeast);
            case BinaryOperatorKind.Equals:
                return MaskValue.Compare(a, b, Relation.Equal);
            case BinaryOperatorKind.NotEquals:
                return MaskValue.Compare(a, b, (x, y) => !Relation.Equal(x, y));
            default:
                return Unsupported(operation);
        }
    }

    private static bool IsTheSameForAll(MaskValue.Whole number) =>
        number.Cases.All(one => !one.Number.DependsOn(Place.Query) && !one.Number.DependsOn(Place.Key));

    private MaskValue Pattern(IPatternOperation pattern, MaskValue.Whole tested)
    {
        return pattern switch
        {
            IConstantPatternOperation { Value.ConstantValue: { HasValue: true, Value: int number } } =>
                MaskValue.Compare(tested, new MaskValue.Whole(number), Relation.Equal),
            IRelationalPatternOperation { Value.ConstantValue: { HasValue: true, Value: int bound } } relation =>
                Whole(relation.OperatorKind, tested, new MaskValue.Whole(bound), pattern),
            INegatedPatternOperation negated => Pattern(negated.Pattern, tested) is MaskValue.Truth truth
                ? new MaskValue.Truth(!truth.Relation)
                : MaskValue.Unknown,
            IBinaryPatternOperation both => Binary(
                both.OperatorKind, Pattern(both.LeftPattern, tested), Pattern(both.RightPattern, tested), pattern),
            IDiscardPatternOperation => new MaskValue.Truth(Relation.Always),
            _ => Unsupported(pattern),
        };
    }

    private MaskValue Call(IInvocationOperation call, IReadOnlyList<MaskValue> arguments)
    {
        var method = call.TargetMethod;
        if (arguments.Any(argument => argument == MaskValue.Unknown))
        {
            return MaskValue.Unknown;
        }

        if (method.ContainingType.ToDisplayString() == "System.Math" || method.ContainingType.SpecialType == SpecialType.System_Int32)
        {
            return (method.Name, arguments) switch
            {
                ("Abs", [MaskValue.Whole x]) => MaskValue.Combine(x, x, (a, _) => WholeNumber.Max(a, -a)),
                ("Max", [MaskValue.Whole x, MaskValue.Whole y]) => MaskValue.Combine(x, y, WholeNumber.Max),
                ("Min", [MaskValue.Whole x, MaskValue.Whole y]) => MaskValue.Combine(x, y, WholeNumber.Min),
                _ => Unsupported(
                    call.Syntax, $"{method.ContainingType.Name}.{method.Name}", "the functions are Math.Abs, Math.Max and Math.Min"),
            };
        }

        if (_open.Contains(method.OriginalDefinition, SymbolEqualityComparer.Default))
        {
            _faults.Add(Rules.FunctionRecursion, call.Syntax.GetLocation(), method.Name);
            return MaskValue.Unknown;
        }

        return method is { IsStatic: true, Arity: 0, MethodKind: MethodKind.Ordinary, IsVirtual: false, IsAbstract: false }
            && SourceOf(method) is { } source
            ? Run(method, source, arguments)
            : Unsupported(
                call.Syntax, $"a call of '{method.Name}'",
                "call static methods of this project that take ints and bools, and Math.Abs, Max and Min");
    }

    private MaskValue Unsupported(SyntaxNode syntax, string what, string advice)
    {
        _faults.Unsupported(syntax, what, advice);
        return MaskValue.Unknown;
    }

    private MaskValue CompilersError()
    {
        _faults.AddSilently();
        return MaskValue.Unknown;
    }

    private MaskValue Unsupported(IOperation operation)
    {
        if (operation.Syntax.ContainsDiagnostics || operation.DescendantsAndSelf().Any(part =>
            part is IInvalidOperation or IConversionOperation { Conversion.Exists: false } or { Type.TypeKind: TypeKind.Error }))
        {
            return CompilersError();
        }

        var isOfOtherType = operation.Type is { } type
            && type.SpecialType is not (SpecialType.System_Int32 or SpecialType.System_Boolean or SpecialType.System_Void);
        var construct = UnsupportedConstructs.Describe(operation).Construct;
        return Unsupported(
            operation.Syntax,
            construct == "this" && isOfOtherType ? $"an expression of type '{operation.Type!.ToDisplayString()}'" : construct,
            "compute with ints, bools, comparisons, if, ?: and static methods only");
    }
}
