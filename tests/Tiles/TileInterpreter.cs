using KernelGen.Generator.Expressions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Tests.Tiles;

/// <summary>
/// Executes a tile program in double, statement by statement as <see cref="Statement"/> defines them, with any tile size and no schedule: the
/// link between the paper's formula and emitted text. A difference between the formula and this is a wrong program; a difference between this
/// and a kernel is a wrong emitter.
/// </summary>
internal sealed class TileInterpreter
{
    private readonly Dictionary<Tile, double[,]> _tiles = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TensorArgument, double[,]> _tensors;
    private readonly Dictionary<Dim, (int Start, int Count)> _position = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _counters = [];
    private readonly Func<Dim, int> _tileRows;
    private (int From, int To)? _run;

    private TileInterpreter(Dictionary<TensorArgument, double[,]> tensors, Func<Dim, int> tileRows)
    {
        _tensors = tensors;
        _tileRows = tileRows;
    }

    /// <summary>Runs the program; outputs are written into their tensors. Returns the final values of the program's state members.</summary>
    /// <param name="tensors">[tokens, columns] for every argument; outputs are overwritten.</param>
    /// <param name="parameter">[rows, columns], unscaled.</param>
    /// <param name="tileRows">Tokens of a tile of each token axis.</param>
    public static IReadOnlyDictionary<Tile, double[,]> Run(
        TileProgram program, Dictionary<TensorArgument, double[,]> tensors, double[,]? parameter, Func<Dim, int> tileRows)
    {
        var interpreter = new TileInterpreter(tensors, tileRows);
        if (program.Parameter is { } weights)
        {
            interpreter._tiles[weights] = Generate(parameter!.GetLength(0), parameter.GetLength(1), (r, c) => parameter[r, c] * weights.Scale);
        }

        interpreter.Execute(program.Body);
        return interpreter._tiles;
    }

    private void Execute(IEnumerable<Statement> body)
    {
        foreach (var statement in body)
        {
            Execute(statement);
        }
    }

    private void Execute(Statement statement)
    {
        switch (statement)
        {
            case Load load:
                Load(load);
                break;
            case Store store:
                Store(store);
                break;
            case MatMul product:
                Multiply(product);
                break;
            case Map map:
                var segment = Size(map.Target.Columns) / map.Branches.Count;
                _tiles[map.Target] = Generate(Size(map.Target.Rows), Size(map.Target.Columns), (r, c) =>
                    Evaluate(map.Branches[c / segment], new Element(r, c % segment, c, map.Target)));
                break;
            case Reduce reduce:
                Reduce(reduce);
                break;
            case Rebase rebase:
                Rebase(rebase.State, _tiles[rebase.Candidate], rebase.Threshold);
                break;
            case Runs runs:
                ExecuteRuns(runs);
                break;
            case Fold fold:
                foreach (var member in fold.State.Members)
                {
                    _tiles[member] = Generate(Size(member.Rows), Size(member.Columns), (_, _) => member.Initial);
                }

                Loop(fold.Loop, fold.Body);
                break;
            case Generator.Tiles.Parallel parallel:
                Loop(parallel.Loop, parallel.Body);
                break;
            case ForEach each:
                for (var i = 0; i < each.Count; i++)
                {
                    _counters[each.Counter.Name] = i;
                    Execute(each.Body);
                }

                break;
            default:
                throw new NotSupportedException(statement.GetType().Name);
        }
    }

    private void Loop(TokenLoop loop, IReadOnlyList<Statement> body)
    {
        var (from, to) = (Evaluate(loop.From), Evaluate(loop.To));
        for (var start = from; start < to; start += _tileRows(loop.Tokens))
        {
            _position[loop.Tokens] = (start, Math.Min(_tileRows(loop.Tokens), to - start));
            Execute(body);
        }
    }

    private int Token(TokenLoop loop, int row) => Evaluate(loop.Offset) + loop.Stride * (_position[loop.Tokens].Start + row);

    private void Load(Load load)
    {
        var source = _tensors[load.Source];
        _tiles[load.Target] = Generate(Size(load.Target.Rows), source.GetLength(1), (r, c) =>
            Token(load.Loop, r) < source.GetLength(0) ? source[Token(load.Loop, r), c] : 0);
    }

    private void Store(Store store)
    {
        if (!_tensors.TryGetValue(store.Destination, out var destination))
        {
            return;
        }

        var source = _tiles[store.Source];
        var (from, to) = _run ?? (0, source.GetLength(0));
        for (var r = from; r < to; r++)
        {
            for (var c = 0; c < source.GetLength(1); c++)
            {
                destination[Token(store.Loop, r), c] = source[r, c];
            }
        }
    }

    private void Multiply(MatMul product)
    {
        var a = product.TransposeA ? Transpose(_tiles[product.A]) : _tiles[product.A];
        var b = product.TransposeB ? Transpose(_tiles[product.B]) : _tiles[product.B];
        var initial = product.Accumulate ? _tiles[product.Target] : null;
        _tiles[product.Target] = Generate(a.GetLength(0), b.GetLength(1), (r, c) =>
        {
            if (product.Structure == Structure.LowerTarget && c > r)
            {
                return 0;
            }

            var sum = initial?[r, c] ?? 0;
            var inner = product.Structure == Structure.LowerLeft ? r + 1 : a.GetLength(1);
            for (var k = 0; k < inner; k++)
            {
                sum += a[r, k] * b[k, c];
            }

            return sum;
        });
    }

    private void Reduce(Reduce reduce)
    {
        var (rows, columns) = (Size(reduce.Rows), Size(reduce.Columns));
        var identity = reduce.Reduction == Reduction.Sum ? 0 : double.NegativeInfinity;
        var accumulator = reduce.Accumulate
            ? _tiles[reduce.Target]
            : Generate(Size(reduce.Target.Rows), Size(reduce.Target.Columns), (_, _) => identity);
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
            {
                ref var target = ref accumulator[reduce.Target.IsRowVector ? 0 : r, reduce.Target.IsColumnVector ? 0 : c];
                var x = Evaluate(reduce.Body, new Element(r, c, c, null));
                target = reduce.Reduction == Reduction.Sum ? target + x : Math.Max(target, x);
            }
        }

        _tiles[reduce.Target] = accumulator;
    }

    /// <summary>Raises the references by the rule of <see cref="KernelGen.Generator.Tiles.Rebase"/>.</summary>
    private void Rebase(State state, double[,] candidate, double threshold)
    {
        var reference = _tiles[state.Reference!];
        if (!Exceeds(candidate, reference, threshold))
        {
            return;
        }

        var raised = Generate(reference.GetLength(0), reference.GetLength(1), (r, c) => Math.Max(reference[r, c], candidate[r, c]));
        foreach (var member in state.Members.Where(member => member != state.Reference))
        {
            _tiles[member] = Generate(Size(member.Rows), Size(member.Columns), (r, c) =>
            {
                var at = member.Rows == state.Axis ? r : c;
                var (old, now) = state.Reference!.IsRowVector ? (reference[0, at], raised[0, at]) : (reference[at, 0], raised[at, 0]);
                return _tiles[member][r, c] * FlushedExp2(old - now, -64);
            });
        }

        _tiles[state.Reference!] = raised;
    }

    private void ExecuteRuns(Runs runs)
    {
        var logarithms = _tiles[runs.Logarithms];
        var rows = logarithms.GetLength(0);
        for (var r0 = 0; r0 < rows;)
        {
            Rebase(runs.State, Row(logarithms, r0), runs.Threshold);
            var reference = _tiles[runs.State.Reference!];
            var r1 = r0 + 1;
            while (r1 < rows && !Exceeds(Row(logarithms, r1), reference, runs.Threshold))
            {
                r1++;
            }

            _run = (r0, r1);
            Execute(runs.Body);
            _run = null;
            var maxima = Generate(1, logarithms.GetLength(1), (_, c) => Enumerable.Range(r0, r1 - r0).Max(r => logarithms[r, c]));
            Rebase(runs.State, maxima, runs.Rise);
            r0 = r1;
        }
    }

    private static bool Exceeds(double[,] candidate, double[,] reference, double threshold)
    {
        for (var r = 0; r < candidate.GetLength(0); r++)
        {
            for (var c = 0; c < candidate.GetLength(1); c++)
            {
                if (candidate[r, c] - reference[r, c] > threshold)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Where an expression is evaluated: the row, the column within the branch's segment, and the column of the whole target.</summary>
    private readonly record struct Element(int Row, int Column, int WholeColumn, Tile? Target);

    private double Evaluate(Expr expr, Element at) => expr switch
    {
        Expr.Constant constant => constant.Value,
        Expr.Element element => Read(element.Tile, at),
        Expr.Unary unary => Apply(unary.Operator, Evaluate(unary.Operand, at)),
        Expr.Binary binary => Apply(binary.Operator, Evaluate(binary.Left, at), Evaluate(binary.Right, at)),
        Expr.FlushedExp2 exp => FlushedExp2(Evaluate(exp.Exponent, at), exp.FlushBelow),
        Expr.Choice choice => Holds(choice.Condition, at) ? Evaluate(choice.IfTrue, at) : Evaluate(choice.IfFalse, at),
        _ => throw new NotSupportedException(expr.GetType().Name),
    };

    private double Read(Tile tile, Element at)
    {
        var values = _tiles[tile];
        var column = at.Target is not null && tile.Columns == at.Target.Columns ? at.WholeColumn : at.Column;
        return values[tile.IsRowVector ? 0 : at.Row, tile.IsColumnVector ? 0 : column];
    }

    private static double Apply(UnaryOperator op, double x) => op switch
    {
        UnaryOperator.Negate => -x,
        UnaryOperator.Log2 => Math.Log2(x),
        UnaryOperator.NaNUnlessFinite => double.IsFinite(x) ? x : double.NaN,
        _ => throw new NotSupportedException(op.ToString()),
    };

    private static double Apply(BinaryOperator op, double x, double y) => op switch
    {
        BinaryOperator.Add => x + y,
        BinaryOperator.Subtract => x - y,
        BinaryOperator.Multiply => x * y,
        BinaryOperator.Divide => x / y,
        BinaryOperator.Max => Math.Max(x, y),
        _ => throw new NotSupportedException(op.ToString()),
    };

    private bool Holds(Condition condition, Element at)
    {
        switch (condition)
        {
            case Condition.Compare { Comparison: Comparison.Equal } compare:
                return Evaluate(compare.Left, at) == Evaluate(compare.Right, at);
            case Condition.PositionBelow below:
                return _position[below.Tokens].Start + at.Row < Evaluate(below.Limit);
            case Condition.Precedes precedes:
                // The later token is the row of the tile, the earlier one its column.
                var distance = _position[precedes.Later].Start + at.Row - (_position[precedes.Earlier].Start + at.Column);
                return distance >= 0 && distance < (precedes.Window ?? int.MaxValue);
            case Condition.InRun:
                return _run is { } run && at.Row >= run.From && at.Row < run.To;
            default:
                throw new NotSupportedException(condition.GetType().Name);
        }
    }

    private int Evaluate(TokenIndex index) => index switch
    {
        TokenIndex.Constant constant => constant.Value,
        TokenIndex.Length length => _tensors[length.Tensor].GetLength(0),
        TokenIndex.Start start => _position[start.Tokens].Start,
        TokenIndex.End end => _position[end.Tokens].Start + _position[end.Tokens].Count,
        TokenIndex.Counter counter => _counters[counter.Name],
        TokenIndex.Arithmetic { Operator: '+' } sum => Evaluate(sum.Left) + Evaluate(sum.Right),
        TokenIndex.Arithmetic { Operator: '-' } difference => Evaluate(difference.Left) - Evaluate(difference.Right),
        TokenIndex.Extremum extremum => extremum.IsMax
            ? Math.Max(Evaluate(extremum.Left), Evaluate(extremum.Right))
            : Math.Min(Evaluate(extremum.Left), Evaluate(extremum.Right)),
        TokenIndex.StridedCount count => Math.Max(0, (Evaluate(count.Total) - Evaluate(count.Offset) + count.Stride - 1) / count.Stride),
        _ => throw new NotSupportedException(index.ToString()),
    };

    private int Size(Dim dim) => dim.IsTokens ? _position[dim].Count : dim.Size;

    private static double FlushedExp2(double x, double flushBelow) => x < flushBelow ? 0 : Math.Pow(2, x);

    private static double[,] Row(double[,] matrix, int row) => Generate(1, matrix.GetLength(1), (_, c) => matrix[row, c]);

    private static double[,] Transpose(double[,] matrix) => Generate(matrix.GetLength(1), matrix.GetLength(0), (r, c) => matrix[c, r]);

    private static double[,] Generate(int rows, int columns, Func<int, int, double> element)
    {
        var result = new double[rows, columns];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
            {
                result[r, c] = element(r, c);
            }
        }

        return result;
    }
}
