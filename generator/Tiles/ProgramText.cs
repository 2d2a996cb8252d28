using System.Globalization;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;
using KernelGen.Generator.Text;

namespace KernelGen.Generator.Tiles;

/// <summary>Programs and statements in the notation of the paper: the comments of emitted text, and what tests show of a program.</summary>
internal static class ProgramText
{
    /// <summary>The whole program, a line a statement.</summary>
    public static string Describe(TileProgram program)
    {
        var writer = new SourceWriter();
        writer.Line($"{program.Name}: {string.Join(", ", program.Operands.Select(argument => $"{argument} [L × {argument.Columns}]"))}");
        foreach (var parameter in program.Parameters)
        {
            writer.Line($"parameter {parameter} {Shape(parameter)}{Describe(parameter)}");
        }

        if (program.Kept is { } kept)
        {
            writer.Line(
                $"{kept.Name} by the forward pass: {string.Join(", ", kept.Members.Select(member => $"{member} {Shape(member)}"))}");
        }

        if (program.State is { } state)
        {
            writer.Line(Describe(state));
        }

        Describe(writer, program.Body);
        return writer.ToString().TrimEnd('\n');
    }

    /// <summary>One statement without its body.</summary>
    public static string Describe(Statement statement) => statement.Match(
        load: load => $"{load.Target} = {load.Source}[{(load.IsAtPositions ? "position of " : "")}{load.Loop.Tokens}]"
            + (load.Rotation is null ? "" : ", rotated"),
        store: store => $"{store.Destination}[{store.Loop.Tokens}] = {store.Source}{(store.Rotation is null ? "" : ", rotated back")}",
        matMul: product =>
            $"{product.Target} {(product.Accumulate ? "+=" : "=")} {product.A}{Mark(product.TransposeA)} · {product.B}{Mark(product.TransposeB)}"
            + (product.Structure == Structure.LowerTarget ? ", lower triangle" : ""),
        map: map => map.Branches.Count == 1
            ? $"{map.Target} = {Describe(map.Branches[0])}"
            : $"{map.Target} = [{string.Join(" | ", map.Branches.Select(branch => Describe(branch)))}]",
        transpose: transpose => $"{transpose.Target} = {transpose.Source}ᵀ",
        reduce: reduce => $"{reduce.Target}{(reduce.Rest is null ? "" : $" + {reduce.Rest}")} {(reduce.Accumulate ? "+=" : "=")} {Over(reduce)}({Describe(reduce.Body)})",
        rebase: rebase => $"raise {rebase.State.Reference} to max({rebase.State.Reference}, {rebase.Candidate}) where it is exceeded by more than {Number(rebase.Threshold)}",
        runs: runs => $"for runs of rows whose {Logarithms(runs)} exceeds {runs.State.Reference} by at most {Number(runs.Threshold)}; then raise {runs.State.Reference} if by more than {Number(runs.Rise)}",
        fold: fold => $"fold {fold.State.Name}: for tiles {Describe(fold.Loop)}",
        parallel: parallel => $"in parallel: for tiles {Describe(parallel.Loop)}",
        forEach: each => $"in parallel: for {each.Counter.Name} in 0..{each.Count}",
        addToTable: add => $"{add.Entry} += {add.Source}",
        loadBand: load => $"{load.Target} = {load.Source}[{load.Target.Rows.Between?.Rows} − {load.Target.Rows.Between?.Columns}]",
        skew: skew => skew.IsAdjoint
            ? $"{skew.Target} = {skew.Source} by difference"
            : $"{skew.Target} = {skew.Source} by {skew.Target.Columns}");

    /// <summary>What the rows of <see cref="Runs"/> are cut by: a tile that there is, or its elements too.</summary>
    public static string Logarithms(Runs runs) =>
        runs.Values is Expr.Element ? runs.Logarithms.Name : $"{runs.Logarithms} = {Describe(runs.Values)}";

    public static string Shape(Tile tile) => $"[{tile.Rows} × {tile.Columns}]";

    private static void Describe(SourceWriter writer, IReadOnlyList<Statement> block)
    {
        foreach (var statement in block)
        {
            if (statement is Fold { State.Axis.IsTokens: true } fold)
            {
                writer.Line(Describe(fold.State));
            }

            var shape = statement is Load or LoadBand or Skew or MatMul { Accumulate: false } or Map or Transpose
                or Reduce { Accumulate: false }
                ? "    " + Shape(Dataflow.Writes(statement).First())
                : "";
            writer.Line(Describe(statement) + shape);
            using (writer.Indent())
            {
                Describe(writer, statement.Body());
            }
        }
    }

    private static string Describe(Parameter parameter) =>
        (parameter.Source.Text.Length == 0 ? "" : $" = {parameter.Source.Text}")
        + (parameter.Source.Scale == 1 ? "" : $", times {Number(parameter.Source.Scale)}")
        + (parameter.Source.Factor is { } factor ? $", times hyperparameter {factor.ToString(CultureInfo.InvariantCulture)}" : "")
        + (parameter.Source.Offset is { } offset ? $", plus hyperparameter {offset.ToString(CultureInfo.InvariantCulture)}" : "");

    private static string Describe(State state) =>
        $"{state.Name}: {string.Join(", ", state.Members.Select(member => $"{member} {Shape(member)} = {Number(member.Initial)}"))}";

    private static string Describe(TokenLoop loop) =>
        $"{loop.Tokens} of {Describe(loop.From)}..{Describe(loop.To)}"
        + (loop.Stride == 1 ? ""
            : loop.Stride == -1 ? ", from the last token to the first"
            : $", tokens {Describe(loop.Offset)} + {loop.Stride.ToString(CultureInfo.InvariantCulture)}·position")
        + (loop.Sight is null ? "" : $" with {Describe(loop.Sight)}");

    /// <summary>Which tokens see which; the tokens of one tile are its rows and its columns.</summary>
    private static string Describe(Sight sight) => RelationText.Describe(sight.Visibility.Sees, sight.NameOf, sight.NameOf);

    private static string Describe(TokenIndex index) => index.Match(
        constant: constant => constant.Value.ToString(CultureInfo.InvariantCulture),
        length: length => $"|{length.Operand}|",
        start: start => $"start({start.Tokens})",
        end: end => $"end({end.Tokens})",
        counter: counter => counter.Name,
        sum: sum => $"{Describe(sum.Left)} + {Describe(sum.Right)}",
        difference: difference => $"{Describe(difference.Left)} - {Describe(difference.Right)}",
        extremum: extremum => $"{(extremum.IsMax ? "max" : "min")}({Describe(extremum.Left)}, {Describe(extremum.Right)})",
        stridedCount: count =>
            $"⌈({Describe(count.Total)} - {Describe(count.Offset)}) / {count.Stride.ToString(CultureInfo.InvariantCulture)}⌉");

    private static string Mark(bool transposed) => transposed ? "ᵀ" : "";

    private static string Over(Reduce reduce) =>
        (reduce.Target.IsColumnVector ? "row" : "column") + (reduce.Reduction == Reduction.Sum ? "Sum" : "Max");

    /// <summary>A scalar expression.</summary>
    public static string Describe(Expr expr) => Describe(expr, nested: false);

    private static string Describe(Expr expr, bool nested) => expr.Match(
        constant: constant => Number(constant.Value),
        element: element => element.Variable.Name,
        argument: _ => "x",
        unary: unary => unary.Operator switch
        {
            UnaryOperator.Negate => "−" + Describe(unary.Operand, nested: true),

            // What only turns infinities into NaN is left out.
            UnaryOperator.NaNUnlessFinite => Describe(unary.Operand, nested),
            UnaryOperator.Abs => $"|{Describe(unary.Operand)}|",
            UnaryOperator.Exp2 => $"2^({Describe(unary.Operand)})",
            _ => $"{unary.Operator.ToString().ToLowerInvariant()}({Describe(unary.Operand)})",
        },
        binary: binary => binary switch
        {
            {
                Operator: BinaryOperator.Add,
                Right: Expr.Binary { Operator: BinaryOperator.Multiply, Left: Expr.Element, Right: Expr.Constant { Value: 0 } },
            } => Describe(binary.Left, nested),
            { Operator: BinaryOperator.Max or BinaryOperator.Min or BinaryOperator.CopySign } =>
                $"{binary.Operator.ToString().ToLowerInvariant()}({Describe(binary.Left)}, {Describe(binary.Right)})",
            _ => Parenthesise(
                $"{Describe(binary.Left, nested: true)} {Symbol(binary.Operator)} {Describe(binary.Right, nested: true)}", nested),
        },
        fusedMultiplyAdd: fused => $"fma({Describe(fused.A)}, {Describe(fused.B)}, {Describe(fused.C)})",
        flushedExp2: exp => $"2^({Describe(exp.Exponent)})",
        choice: choice => Parenthesise($"{Describe(choice.Condition)} ? {Describe(choice.IfTrue)} : {Describe(choice.IfFalse)}", nested),
        call: call => $"{call.Function.Name}({Describe(call.Operand)})");

    private static string Number(double value) =>
        double.IsNegativeInfinity(value) ? "−∞"
        : double.IsPositiveInfinity(value) ? "∞"
        : value.ToString("G6", CultureInfo.InvariantCulture).Replace("-", "−");

    private static string Parenthesise(string text, bool nested) => nested ? $"({text})" : text;

    private static string Symbol(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "−",
        BinaryOperator.Multiply => "·",
        _ => "/",
    };

    private static string Symbol(Comparison comparison) => comparison switch
    {
        Comparison.Less => "<",
        Comparison.LessOrEqual => "≤",
        Comparison.Greater => ">",
        Comparison.GreaterOrEqual => "≥",
        Comparison.Equal => "==",
        _ => "≠",
    };

    private static string Describe(Condition condition) => condition.Match(
        compare: compare => $"{Describe(compare.Left, nested: true)} {Symbol(compare.Comparison)} {Describe(compare.Right, nested: true)}",
        both: both => $"({Describe(both.Left)} and {Describe(both.Right)})",
        either: either => $"({Describe(either.Left)} or {Describe(either.Right)})",
        not: not => $"not ({Describe(not.Operand)})",
        below: below => $"{below.Tokens} < {Describe(below.Limit)}",
        sees: sees => Describe(sees.Sight),
        inRun: _ => "row in run");
}
