using KernelGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>
/// Finds what makes an expression one of doubles: a literal without f, a function of Math. Kernels compute with floats, whose range is
/// another, so doubles are not silently taken for floats.
/// </summary>
internal sealed class DoubleFaults(ExpressionReader reader, FunctionFaults faults)
{
    private bool _found;

    /// <summary>Reports every cause, or the whole expression where none is found in it.</summary>
    public Value Explain(IOperation operation)
    {
        Visit(operation);
        return _found ? Value.Unknown : Report(operation.Syntax, "arithmetic with doubles", "convert each double to float first");
    }

    /// <summary>Reports the causes within, where something around them was reported already.</summary>
    public void ExplainParts(IOperation operation) => Visit(operation);

    private void Visit(IOperation operation)
    {
        switch (operation)
        {
            case { ConstantValue.HasValue: true }:
                VisitConstant(operation);
                break;
            case IConversionOperation { OperatorMethod: null, Operand: { Type.SpecialType: SpecialType.System_Single } operand } conversion:
                if (!conversion.IsImplicit)
                {
                    Report(conversion.Syntax, "a conversion to double", "leave the cast out", FunctionFixes.OfConversion(conversion));
                }

                reader.Read(operand);
                break;
            case IConversionOperation { OperatorMethod: null } conversion when FixedNumbers.IsWhole(conversion.Operand.Type):
                // As of a constant: a counter beside a double is no cause.
                break;
            case IConversionOperation { OperatorMethod: null, Operand: { Type.SpecialType: SpecialType.System_Double } operand }:
                Visit(operand);
                break;
            case IBinaryOperation { OperatorMethod: null } binary:
                Visit(binary.LeftOperand);
                Visit(binary.RightOperand);
                break;
            case IUnaryOperation { OperatorMethod: null } unary:
                Visit(unary.Operand);
                break;
            case IConditionalOperation { WhenFalse: { } otherwise } conditional:
                reader.Read(conditional.Condition);
                Visit(conditional.WhenTrue);
                Visit(otherwise);
                break;
            case IInvocationOperation call when MathCalls.IsMath(call.TargetMethod):
                Report(
                    call.Syntax, MathCalls.NameOf(call.TargetMethod) + " on doubles", MathCalls.FloatAdviceFor(call.TargetMethod),
                    FunctionFixes.OfDoubles(call));
                foreach (var argument in call.Arguments)
                {
                    Visit(argument.Value);
                }

                break;
            case ILocalReferenceOperation or IParameterReferenceOperation:
                // Its declaration was reported.
                faults.AddSilently();
                _found = true;
                break;
            case IInvalidOperation:
                faults.AddSilently();
                _found = true;
                break;
            default:
                Report(operation.Syntax, "a double", "make it a float");
                break;
        }
    }

    private void VisitConstant(IOperation constant)
    {
        // 2 beside a double is a double too, but not the cause.
        if (constant is IConversionOperation { IsImplicit: true, Operand.Type.SpecialType: not SpecialType.System_Double })
        {
            return;
        }

        var text = constant.Syntax.ToString();
        var advice = constant.Syntax switch
        {
            _ when constant is IFieldReferenceOperation { Field: { ContainingType: { Name: "Math" }, Name: "PI" or "E" or "Tau" } field } =>
                $"write MathF.{field.Name}",
            LiteralExpressionSyntax or PrefixUnaryExpressionSyntax { Operand: LiteralExpressionSyntax } =>
                $"write {text.TrimEnd('d', 'D')}f",
            IdentifierNameSyntax or MemberAccessExpressionSyntax => $"write (float){text}, or declare it as a float",
            _ => $"write (float)({text})",
        };
        Report(constant.Syntax, "the double " + text, advice, FunctionFixes.OfConstant(constant));
    }

    private Value Report(SyntaxNode syntax, string construct, string advice, Fix? fix = null)
    {
        _found = true;
        return faults.Unsupported(syntax, construct, advice, fix);
    }
}
