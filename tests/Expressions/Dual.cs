using KernelGen.Generator.Expressions;

namespace KernelGen.Tests.Expressions;

/// <summary>
/// A number and its derivative by the argument, in double, by the chain rule as it is taught: what float32 holds does not overflow here.
/// </summary>
internal readonly record struct Dual(double Value, double Slope)
{
    /// <param name="body">A function.</param>
    /// <param name="x">Where.</param>
    /// <param name="ofFloats">
    /// Whether exponents are rounded to float32. Half a unit in the last place of an exponent of 88 is 4e-6 of its exponential; a function
    /// has that error as its derivative does.
    /// </param>
    public static Dual Evaluate(Expr body, double x, bool ofFloats) => body switch
    {
        Expr.Constant constant => new Dual((float)constant.Value, 0),
        Expr.Argument => new Dual(x, 1),
        Expr.Unary unary => Apply(unary.Operator, Evaluate(unary.Operand, x, ofFloats), ofFloats),
        Expr.Binary binary => Apply(binary.Operator, Evaluate(binary.Left, x, ofFloats), Evaluate(binary.Right, x, ofFloats)),
        _ => throw new NotSupportedException(body.GetType().Name),
    };

    private static Dual Apply(UnaryOperator op, Dual a, bool ofFloats)
    {
        var (x, slope) = (a.Value, a.Slope);
        switch (op)
        {
            case UnaryOperator.Negate:
                return new Dual(-x, -slope);
            case UnaryOperator.Exp:
                var power = Math.Exp(ofFloats ? (float)x : x);
                return new Dual(power, power * slope);
            case UnaryOperator.Log:
                return new Dual(Math.Log(x), slope / x);
            case UnaryOperator.Sqrt:
                return new Dual(Math.Sqrt(x), slope / (2 * Math.Sqrt(x)));
            case UnaryOperator.Tanh:
                return new Dual(Math.Tanh(x), slope * Math.Pow(Math.Cosh(x), -2));
            default:
                throw new NotSupportedException(op.ToString());
        }
    }

    private static Dual Apply(BinaryOperator op, Dual a, Dual b) => op switch
    {
        BinaryOperator.Add => new Dual(a.Value + b.Value, a.Slope + b.Slope),
        BinaryOperator.Subtract => new Dual(a.Value - b.Value, a.Slope - b.Slope),
        BinaryOperator.Multiply => new Dual(a.Value * b.Value, (a.Slope * b.Value) + (a.Value * b.Slope)),
        BinaryOperator.Divide => new Dual(a.Value / b.Value, (a.Slope / b.Value) - (a.Value / b.Value * (b.Slope / b.Value))),
        _ => throw new NotSupportedException(op.ToString()),
    };
}
