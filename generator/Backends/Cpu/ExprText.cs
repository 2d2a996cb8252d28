using System.Globalization;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>Statements in the notation of the paper, for the comments of emitted text.</summary>
internal static class ExprText
{
    public static string Describe(Statement statement) => statement switch
    {
        Map { Branches.Count: 1 } map => $"{map.Target} = {Describe(map.Branches[0])}",
        Map map => $"{map.Target} = [{string.Join(" | ", map.Branches.Select(branch => Describe(branch)))}]",
        Reduce reduce => $"{reduce.Target} {(reduce.Accumulate ? "+=" : "=")} {Over(reduce)}({Describe(reduce.Body)})",
        MatMul product =>
            $"{product.Target} {(product.Accumulate ? "+=" : "=")} {product.A}{Mark(product.TransposeA)} · {product.B}{Mark(product.TransposeB)}"
            + (product.Structure == Structure.LowerTarget ? ", lower triangle" : ""),
        Store store => $"{store.Destination} = {store.Source}",
        Load load => $"{load.Target} = {load.Source}",
        _ => throw new NotSupportedException(statement.GetType().Name),
    };

    public static string Shape(Tile tile) => $"[{tile.Rows} × {tile.Columns}]";

    private static string Mark(bool transposed) => transposed ? "ᵀ" : "";

    private static string Over(Reduce reduce) =>
        (reduce.Target.IsColumnVector ? "row" : "column") + (reduce.Reduction == Reduction.Sum ? "Sum" : "Max");

    private static string Describe(Expr expr, bool nested = false) => expr switch
    {
        Expr.Constant constant => constant.Value.ToString("G6", CultureInfo.InvariantCulture),
        Expr.Element element => element.Tile.Name,
        Expr.Unary { Operator: UnaryOperator.Negate } negate => "−" + Describe(negate.Operand, nested: true),
        Expr.Unary { Operator: UnaryOperator.NaNUnlessFinite } finite => Describe(finite.Operand, nested),
        Expr.Unary unary => $"log2({Describe(unary.Operand)})",
        Expr.Binary { Operator: BinaryOperator.Max } max => $"max({Describe(max.Left)}, {Describe(max.Right)})",
        Expr.Binary binary => Parenthesise(
            $"{Describe(binary.Left, nested: true)} {Symbol(binary.Operator)} {Describe(binary.Right, nested: true)}", nested),
        Expr.FlushedExp2 exp => $"2^({Describe(exp.Exponent)})",
        Expr.Choice choice => Parenthesise($"{Describe(choice.Condition)} ? {Describe(choice.IfTrue)} : {Describe(choice.IfFalse)}", nested),
        _ => throw new NotSupportedException(expr.GetType().Name),
    };

    private static string Parenthesise(string text, bool nested) => nested ? $"({text})" : text;

    private static string Symbol(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "−",
        BinaryOperator.Multiply => "·",
        _ => "/",
    };

    private static string Describe(Condition condition) => condition switch
    {
        Condition.IsZero zero => $"{Describe(zero.Operand, nested: true)} == 0",
        Condition.PositionBelow below => $"{below.Tokens} is a key that counts",
        Condition.Precedes precedes => $"{precedes.Earlier} ≤ {precedes.Later}",
        _ => "row is in the run",
    };
}
