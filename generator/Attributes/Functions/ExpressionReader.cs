using System.Collections.Immutable;
using KernelGen.Generator.Attributes.Masks;
using KernelGen.Generator.Expressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>Reads expressions of type float and bool, where the variables have known values.</summary>
internal sealed class ExpressionReader(MethodReader methods, FunctionFaults faults, ImmutableDictionary<ISymbol, Value> variables)
{
    /// <summary>Constants of more parts than this are not computed where a literal is needed.</summary>
    private const int LargestConstant = 100;

    /// <summary>Here every whole number is a float, and no other rounds to one of them.</summary>
    private static readonly Interval _exact = new(1 - (1 << 24), (1 << 24) - 1);

    private readonly FixedNumbers _fixed = new(methods, variables);
    private readonly PositionReader _positions = new(methods, faults, variables);

    public Value Read(IOperation operation)
    {
        methods.CountStep();
        if (Constants.Read(operation) is { } constant)
        {
            return constant;
        }

        if (_positions.Read(operation) is { } ofPositions)
        {
            return ofPositions;
        }

        if (operation is IThrowOperation)
        {
            return Unsupported(operation);
        }

        if (operation is IInvalidOperation || operation.Type is null or { TypeKind: TypeKind.Error })
        {
            return CompilersError();
        }

        return operation.Type.SpecialType switch
        {
            SpecialType.System_Single or SpecialType.System_Boolean => ReadTyped(operation),
            SpecialType.System_Double => new DoubleFaults(this, faults).Explain(operation),
            _ => OfOtherType(operation),
        };
    }

    /// <summary>What is compared with constants: a float, a bool, or a whole number.</summary>
    public Value ReadOperand(IOperation operation) => FixedNumbers.IsWhole(operation.Type) ? ReadExact(operation) : Read(operation);

    /// <summary>When a value is for a label of a switch statement, which is not that of the default; null after a report.</summary>
    public Truth? ReadLabel(ICaseClauseOperation label, Value input)
    {
        switch (label)
        {
            case ISingleValueCaseClauseOperation single when IsConstant(input, single.Value) is { } matches:
                return matches;
            case IPatternCaseClauseOperation { Guard: null } pattern:
                return ReadPattern(pattern.Pattern, input);
            case IPatternCaseClauseOperation { Guard: { } guard } pattern:
                return ReadPattern(pattern.Pattern, input) is { } when && Read(guard) is Truth holds ? when & holds : null;
            default:
                if (input is Number or Truth)
                {
                    Unsupported(label);
                }

                return null;
        }
    }

    /// <summary>What an operator makes of two values that were read.</summary>
    public Value Combine(BinaryOperatorKind kind, Value left, Value right, IOperation operation)
    {
        switch (left, right)
        {
            case (Number a, Number b) when ArithmeticOf(kind) is { } op:
                return Number.Of(op, a, b);
            case (Number a, Number b) when ComparisonOf(kind) is { } comparison:
                return Truth.Of(comparison, a, b);
            case (Truth a, Truth b):
                return kind switch
                {
                    BinaryOperatorKind.And or BinaryOperatorKind.ConditionalAnd => a & b,
                    BinaryOperatorKind.Or or BinaryOperatorKind.ConditionalOr => a | b,
                    BinaryOperatorKind.Equals => a.Choose(b, !b),
                    BinaryOperatorKind.ExclusiveOr or BinaryOperatorKind.NotEquals => a.Choose(!b, b),
                    _ => Unsupported(operation),
                };
            default:
                return left is Number && right is Number
                    ? faults.Unsupported(operation.Syntax, "this operator", "use + - * / and comparisons")
                    : Value.Unknown;
        }
    }

    /// <summary>A value that the compiler has already complained about.</summary>
    public Value CompilersError()
    {
        faults.AddSilently();
        return Value.Unknown;
    }

    /// <summary>Whether an expression is made of positions alone.</summary>
    public bool IsOfPositions(IOperation operation) => _positions.IsOfPositions(operation);

    public Value Unsupported(IOperation operation)
    {
        var (construct, advice) = UnsupportedConstructs.Describe(operation);
        return faults.Unsupported(operation.Syntax, construct, advice);
    }

    /// <summary>
    /// The number that an expression always is; null where it depends on the argument, or has too many parts to be computed.
    /// </summary>
    public static float? ConstantOf(Value value) =>
        value is Number number
        && number.Size <= LargestConstant ? Constants.AsFloat(new Number(ExprSimplifier.Simplify(number.Expr), 1, 1)) : null;

    private Value ReadTyped(IOperation operation) => operation switch
    {
        IParameterReferenceOperation parameter => Variable(parameter.Parameter),
        ILocalReferenceOperation local => Variable(local.Local),
        IFieldReferenceOperation { Instance: IInvocationOperation call } when MathCalls.IsMath(call.TargetMethod) => ReadMath(call),

        // Its declaration was reported.
        IFieldReferenceOperation { Instance: ILocalReferenceOperation or IParameterReferenceOperation } => CompilersError(),
        IConversionOperation conversion => ReadConversion(conversion),
        IUnaryOperation unary => ReadUnary(unary),
        IBinaryOperation { LeftOperand.Type.SpecialType: not (SpecialType.System_Single or SpecialType.System_Boolean) } comparison
            when _fixed.Decide(comparison) is { } holds => Truth.Of(holds),
        IBinaryOperation { OperatorMethod: null } comparison when FixedNumbers.IsWhole(comparison.LeftOperand.Type) =>
            Combine(comparison.OperatorKind, ReadExact(comparison.LeftOperand), ReadExact(comparison.RightOperand), comparison),
        IBinaryOperation { LeftOperand.Type.SpecialType: SpecialType.System_Double } comparison =>
            new DoubleFaults(this, faults).Explain(comparison),
        IBinaryOperation binary =>
            Combine(binary.OperatorKind, Read(binary.LeftOperand), Read(binary.RightOperand), binary),
        IConditionalOperation { IsRef: false, WhenFalse: { } otherwise } conditional =>
            Choose(Read(conditional.Condition), Read(conditional.WhenTrue), Read(otherwise)),
        IIsPatternOperation test => (Value?)ReadPattern(test.Pattern, ReadOperand(test.Value)) ?? Value.Unknown,
        ISwitchExpressionOperation choice => ReadSwitch(choice, Read),
        IInvocationOperation call when MathCalls.IsMath(call.TargetMethod) => ReadMath(call),
        IInvocationOperation call => ReadCall(call),
        IFieldReferenceOperation { Instance: null } field when methods.Fields.ValueOf(field.Field) is { } value => value,
        IPropertyReferenceOperation { Instance: IParameterReferenceOperation span, Arguments: [{ Value: var index }] }
            when variables.TryGetValue(span.Parameter, out var value) && value is Table table => ReadTable(table, index),
        _ => Unsupported(operation),
    };

    /// <summary>A number of a table, at an index of positions or a constant.</summary>
    private Value ReadTable(Table table, IOperation index) => Constants.Read(index) is null && _positions.Read(index) is { } value
        ? value is Whole whole ? TableReader.Read(table, whole.Cases, index.Syntax, faults) : value
        : _fixed.Read(index) is { } number
        ? TableReader.Read(table, new MaskValue.Whole((long)number), index.Syntax, faults)
        : faults.Unsupported(
            index.Syntax, "this index of a learned table", "make it of positions, the head, numbers of tokens and constants, as masks are");

    private Value Variable(ISymbol symbol) => variables.TryGetValue(symbol, out var value) ? value : CompilersError();

    private static Value Choose(Value condition, Value ifTrue, Value ifFalse) =>
        condition is Truth truth ? truth.Choose(ifTrue, ifFalse) : Value.Unknown;

    private Value ReadConversion(IConversionOperation conversion)
    {
        if (!conversion.Conversion.Exists)
        {
            return CompilersError();
        }

        if (conversion.OperatorMethod is not null)
        {
            return faults.Unsupported(conversion.Syntax, "a user-defined conversion", "compute with floats and bools only");
        }

        return conversion.Operand switch
        {
            { Type.SpecialType: not (SpecialType.System_Single or SpecialType.System_Boolean) }
                when _fixed.Read(conversion.Operand) is { } number =>
                Number.Of((float)number),
            IInvocationOperation { Type.SpecialType: SpecialType.System_Double } call
                when MathCalls.IsMath(call.TargetMethod) => ReadMath(call),
            var positions when _positions.Read(positions) is { } value => value is Whole whole ? whole.AsNumber() : value,
            var integer when FixedNumbers.IsWhole(integer.Type) => ReadInteger(integer),
            _ => Read(conversion.Operand),
        };
    }

    /// <summary>
    /// Of whole numbers that are not fixed only choices and signs are read, and sums and products of few: C# takes `x &gt; 0 ? 1 : 0` for
    /// an int.
    /// </summary>
    private Value ReadInteger(IOperation operation) => operation switch
    {
        _ when _fixed.Read(operation) is { } number => Number.Of((float)number),
        IConditionalOperation { IsRef: false, WhenFalse: { } otherwise } conditional =>
            Choose(Read(conditional.Condition), ReadInteger(conditional.WhenTrue), ReadInteger(otherwise)),
        ISwitchExpressionOperation choice => ReadSwitch(choice, ReadInteger),
        IConversionOperation { OperatorMethod: null } conversion when FixedNumbers.RangeOf(conversion.Operand.Type) is { } from =>
            from.IsWithin(FixedNumbers.RangeOf(conversion.Type) ?? Interval.Empty)
                ? ReadInteger(conversion.Operand)
                : Exact(conversion, ReadInteger(conversion.Operand)),
        IUnaryOperation { OperatorMethod: null, OperatorKind: UnaryOperatorKind.Plus } unchanged => ReadInteger(unchanged.Operand),
        IUnaryOperation { OperatorMethod: null, OperatorKind: UnaryOperatorKind.Minus } negation
            when ReadInteger(negation.Operand) is Number number =>
            Exact(negation, number, Number.Of(BinaryOperator.Subtract, Number.Of(0), number)),
        IBinaryOperation
        {
            OperatorMethod: null, OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract or BinaryOperatorKind.Multiply,
        } binary =>
            ReadIntegers(binary, ReadInteger(binary.LeftOperand), ReadInteger(binary.RightOperand)),
        _ => Read(operation),
    };

    /// <summary>0 is added since whole numbers have no −0.</summary>
    private Value ReadIntegers(IBinaryOperation binary, Value left, Value right) =>
        left is Number a && right is Number b && ArithmeticOf(binary.OperatorKind) is { } op
            ? Exact(binary, a, b, Number.Of(BinaryOperator.Add, Number.Of(op, a, b), Number.Of(0)))
            : Value.Unknown;

    private Value ReadExact(IOperation operation) => Exact(operation, ReadInteger(operation));

    /// <summary>
    /// The last of whole numbers, of which it is made, where floats compute as its type does: none is rounded, and it does not leave the
    /// range of the type, where it would wrap.
    /// </summary>
    private Value Exact(IOperation operation, params Value[] values)
    {
        var held = FixedNumbers.RangeOf(operation.Type) ?? Interval.All;
        return values.OfType<Number>().All(number => RangeOf(number).IsWithin(_exact))
            && (values.Last() is not Number last || RangeOf(last).IsWithin(held))
            ? values.Last()
            : faults.Unsupported(
                operation.Syntax,
                $"an expression of type '{operation.Type!.ToDisplayString()}' whose numbers may not fit it, or not be exact as floats,",
                "compute with floats and bools only");

        // What is larger than a function may be is refused with it.
        static Interval RangeOf(Number number) => number.Size <= ScalarFunction.MaxSize ? ExprRange.Of(number.Expr) : Interval.Empty;
    }

    private Value ReadUnary(IUnaryOperation unary) => (unary.OperatorKind, Read(unary.Operand)) switch
    {
        (UnaryOperatorKind.Minus, Number number) => Number.Of(UnaryOperator.Negate, number),
        (UnaryOperatorKind.Plus, Number number) => number,
        (UnaryOperatorKind.Not, Truth truth) => !truth,
        (_, Number or Truth) => Unsupported(unary),
        _ => Value.Unknown,
    };

    private Value ReadSwitch(ISwitchExpressionOperation choice, Func<IOperation, Value> read)
    {
        var input = ReadOperand(choice.Value);
        var arms = choice.Arms.Select(arm => (
            When: ReadPattern(arm.Pattern, input),
            Guard: arm.Guard is null ? Truth.Of(true) : Read(arm.Guard) as Truth,
            Value: read(arm.Value))).ToList();
        if (!choice.IsExhaustive)
        {
            return faults.Unsupported(choice.Syntax, "a switch that does not cover every number", "end it with an arm for _");
        }

        return arms.Take(arms.Count - 1).Reverse().Aggregate(
            arms[arms.Count - 1].Value,
            (otherwise, arm) => arm is { When: { } when, Guard: { } guard } ? (when & guard).Choose(arm.Value, otherwise) : Value.Unknown);
    }

    /// <summary>When a value matches; null after a report.</summary>
    private Truth? ReadPattern(IPatternOperation pattern, Value input)
    {
        switch (pattern)
        {
            case IDiscardPatternOperation:
                return Truth.Of(true);
            case INegatedPatternOperation negated:
                return ReadPattern(negated.Pattern, input) is { } truth ? !truth : null;
            case IBinaryPatternOperation both:
                var (left, right) = (ReadPattern(both.LeftPattern, input), ReadPattern(both.RightPattern, input));
                return left is null || right is null ? null : both.OperatorKind == BinaryOperatorKind.And ? left & right : left | right;
            case IConstantPatternOperation constant when IsConstant(input, constant.Value) is { } matches:
                return matches;
            case IRelationalPatternOperation relation
                when input is Number number && Constants.AsFloat(relation.Value) is { } bound
                    && ComparisonOf(relation.OperatorKind) is { } comparison:
                return Truth.Of(comparison, number, Number.Of(bound));
            default:
                if (input is Number or Truth)
                {
                    Unsupported(pattern);
                }

                return null;
        }
    }

    /// <summary>Whether a value is a constant. Unlike ==, a pattern or label finds NaN.</summary>
    private static Truth? IsConstant(Value input, IOperation constant) => (input, constant.ConstantValue.Value) switch
    {
        (Number number, _) when Constants.AsFloat(constant) is { } expected => float.IsNaN(expected)
            ? Truth.Of(Comparison.NotEqual, number, number)
            : Truth.Of(Comparison.Equal, number, Number.Of(expected)),
        (Truth given, bool expected) => expected ? given : !given,
        _ => null,
    };

    /// <summary>A call of the framework's functions; of those on doubles one that is converted to float at once.</summary>
    private Value ReadMath(IInvocationOperation call)
    {
        var onNumbers = call.TargetMethod.Parameters.All(
            parameter => parameter.Type.SpecialType is SpecialType.System_Single or SpecialType.System_Double);
        var arguments = onNumbers ? CallArguments.ByParameter(call).Select(ReadMathArgument).ToList() : [];

        // What cannot be read stands for any number while the function is looked up, so that both are reported.
        var numbers = arguments.Select(argument => argument as Number ?? Number.Argument).ToList();
        if (onNumbers && call.TargetMethod.Name == "Pow" && numbers.Count == 2)
        {
            return arguments.All(argument => argument is Number) ? ReadPower(call, numbers[0], numbers[1]) : Value.Unknown;
        }

        if (onNumbers && call.TargetMethod.Name == "Clamp" && ConstantOf(numbers[1]) is { } low
            && ConstantOf(numbers[2]) is { } high && low > high)
        {
            return faults.Unsupported(
                call.Syntax, FormattableString.Invariant($"{MathCalls.NameOf(call.TargetMethod)} from {low:R} to {high:R}"),
                "write the lower bound first, as the method itself demands");
        }

        var value = onNumbers ? MathCalls.Read(call.TargetMethod, numbers) : null;
        if (value is null && _fixed.Read(call) is { } number)
        {
            return Number.Of((float)number);
        }

        if (value is null)
        {
            return faults.Unsupported(
                call.Syntax, MathCalls.NameOf(call.TargetMethod), MathCalls.AdviceFor(call.TargetMethod), FunctionFixes.OfUnknown(call));
        }

        return arguments.All(argument => argument is Number) ? value : Value.Unknown;
    }

    private Value ReadMathArgument(IOperation? argument) =>
        argument is null ? CompilersError()
        : argument.Type?.SpecialType != SpecialType.System_Double ? Read(argument)
        : _fixed.Read(argument) is { } number ? Number.Of((float)number)
        : argument is IConversionOperation { OperatorMethod: null, Operand: { Type.SpecialType: SpecialType.System_Single } single }
            ? Read(single)
        : new DoubleFaults(this, faults).Explain(argument);

    private Value ReadPower(IInvocationOperation call, Number x, Number exponent)
    {
        if (ConstantOf(x) is > 0 and <= float.MaxValue and var constant && ConstantOf(exponent) is null)
        {
            return new Number(ExprPower.Pow((double)constant, exponent.Expr), exponent.Size + 3, exponent.Depth + 2);
        }

        if (ConstantOf(exponent) is not { } power || float.IsNaN(power) || float.IsInfinity(power))
        {
            return faults.Unsupported(
                CallArguments.ByParameter(call)[1]!.Syntax, "an exponent that is not a finite constant, of a base that is no positive one",
                "write a constant, or MathF.Exp(y * MathF.Log(x)) for positive x");
        }

        var parts = ExprPower.Pow(new Expr.Argument(), power).Flatten().ToList();
        var uses = parts.Count(part => part is Expr.Argument);
        return new Number(ExprPower.Pow(x.Expr, power), parts.Count - uses + (uses * x.Size), x.Depth + parts.Count);
    }

    /// <summary>
    /// A call of a method of the user's. Arguments of types that no parameter may have are left to the report on the method.
    /// </summary>
    private Value ReadCall(IInvocationOperation call)
    {
        var isReadable = MethodReader.IsReadable(call.TargetMethod);
        return methods.Call(
            call,
            CallArguments.ByParameter(call)
                .Select(argument => isReadable && argument is not null ? Read(argument) : Value.Unknown).ToList());
    }

    private Value OfOtherType(IOperation operation) => operation switch
    {
        // Its declaration was reported.
        ILocalReferenceOperation local when !(variables.TryGetValue(local.Local, out var value) && value is Counter) => CompilersError(),
        IParameterReferenceOperation => CompilersError(),
        IInvocationOperation call when MathCalls.IsMath(call.TargetMethod) => ReadMath(call),
        IInvocationOperation call => ReadCall(call),
        _ => faults.Unsupported(
            operation.Syntax, $"an expression of type '{operation.Type!.ToDisplayString()}'", "compute with floats and bools only"),
    };

    private static BinaryOperator? ArithmeticOf(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.Add => BinaryOperator.Add,
        BinaryOperatorKind.Subtract => BinaryOperator.Subtract,
        BinaryOperatorKind.Multiply => BinaryOperator.Multiply,
        BinaryOperatorKind.Divide => BinaryOperator.Divide,
        _ => null,
    };

    private static Comparison? ComparisonOf(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.LessThan => Comparison.Less,
        BinaryOperatorKind.LessThanOrEqual => Comparison.LessOrEqual,
        BinaryOperatorKind.GreaterThan => Comparison.Greater,
        BinaryOperatorKind.GreaterThanOrEqual => Comparison.GreaterOrEqual,
        BinaryOperatorKind.Equals => Comparison.Equal,
        BinaryOperatorKind.NotEquals => Comparison.NotEqual,
        _ => null,
    };
}
