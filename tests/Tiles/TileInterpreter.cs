using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;
using KernelGen.Generator.Tiles;
using KernelGen.Tests.Expressions;

namespace KernelGen.Tests.Tiles;

/// <summary>
/// Executes a tile program in double, statement by statement as <see cref="Statement"/> defines them, with any tile size and no schedule:
/// the link between the paper's formula and emitted text. A difference between the formula and this is a wrong program; a difference
/// between this and a kernel is a wrong emitter. Beside each number it keeps how far the same program in float32 may be from it
/// (<see cref="Bounded"/>).
/// </summary>
internal sealed class TileInterpreter
{
    private readonly Dictionary<Tile, Bounded[,]> _tiles = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Operand, double[,]> _tensors;
    private readonly Dictionary<Operand, double[,]> _errors;
    private readonly Dictionary<Dim, (int Start, int Count)> _position = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _counters = [];
    private readonly Func<Dim, int> _tileRows;
    private readonly int _firstPosition, _keys;
    private int _head;
    private (int From, int To)? _run;

    private TileInterpreter(Dictionary<Operand, double[,]> tensors, Dictionary<Operand, double[,]> errors, Func<Dim, int> tileRows)
    {
        _tensors = tensors;
        _errors = errors;
        _tileRows = tileRows;
        int Most(TokenAxis axis) =>
            tensors.Where(tensor => tensor.Key.Axis == axis && tensor.Key.Positions is null)
                .Select(tensor => tensor.Value.GetLength(0)).DefaultIfEmpty().Max();
        _keys = Most(TokenAxis.Keys);
        _firstPosition = _keys - Most(TokenAxis.Queries);
    }

    /// <summary>
    /// Runs the program; outputs are written into their tensors. Returns the final values of the program's state members.
    /// </summary>
    /// <param name="tensors">[tokens, columns] for every argument; outputs are overwritten.</param>
    /// <param name="projections">[rows, columns], unscaled.</param>
    /// <param name="tileRows">Tokens of a tile of each token axis.</param>
    /// <param name="hyperparameters">As kernels get them.</param>
    /// <param name="errors">Filled with the bounds of the outputs that it has a matrix for.</param>
    /// <param name="kept">The final state of an earlier program, or the one that the program is given, by the names of its members.</param>
    /// <param name="head">The query head.</param>
    public static IReadOnlyDictionary<Tile, Bounded[,]> Run(
        TileProgram program, Dictionary<Operand, double[,]> tensors, double[,]? projections, Func<Dim, int> tileRows,
        float[]? hyperparameters = null, Dictionary<Operand, double[,]>? errors = null,
        IReadOnlyDictionary<string, Bounded[,]>? kept = null, int head = 0)
    {
        var interpreter = new TileInterpreter(tensors, errors ?? [], tileRows) { _head = head };
        foreach (var parameter in program.Parameters.Where(parameter => parameter is not Rotation))
        {
            interpreter._tiles[parameter] = Pack(parameter, projections!, hyperparameters ?? []);
        }

        foreach (var member in (program.Kept?.Members ?? []).Concat(program.StateIsGiven ? program.State!.Members : []))
        {
            interpreter._tiles[member] = kept![member.Name];
        }

        interpreter.Execute(program.Body);
        return interpreter._tiles;
    }

    private static Bounded[,] Pack(Parameter parameter, double[,] projections, float[] hyperparameters)
    {
        var scale = Bounded.Constant(parameter.Source.Scale);
        scale = parameter.Source.Factor is { } factor ? scale * hyperparameters[factor] : scale;
        Bounded offset = parameter.Source.Offset is { } place ? hyperparameters[place] : 0;
        return parameter.Form == ParameterForm.Vector
            ? Generate(1, projections.GetLength(0), (_, r) => (Bounded.Rounded(SquaredNorm(projections, r), 0) * scale) + offset)
            : Generate(projections.GetLength(0), projections.GetLength(1), (r, c) => projections[r, c] * scale);
    }

    private static double SquaredNorm(double[,] rows, int row) =>
        Enumerable.Range(0, rows.GetLength(1)).Sum(c => rows[row, c] * rows[row, c]);

    private void Execute(IEnumerable<Statement> body)
    {
        foreach (var statement in body)
        {
            Execute(statement);
        }
    }

    private void Execute(Statement statement) => statement.Switch(
        load: Load,
        store: Store,
        matMul: Multiply,
        map: Map,
        transpose: transpose => _tiles[transpose.Target] = Transpose(_tiles[transpose.Source]),
        reduce: Reduce,
        rebase: rebase => Rebase(rebase.State, _tiles[rebase.Candidate], rebase.Threshold),
        runs: ExecuteRuns,
        fold: Fold,
        parallel: parallel => Loop(parallel.Loop, parallel.Body),
        forEach: ForEach,
        addToTable: Add,
        loadBand: LoadBand,
        skew: Skew);

    private void Map(Map map)
    {
        var segment = Size(map.Target.Columns) / map.Branches.Count;
        _tiles[map.Target] = Generate(Size(map.Target.Rows), Size(map.Target.Columns), (r, c) =>
            Evaluate(map.Branches[c / segment], new Element(r, c % segment, c, map.Target.Rows, map.Target)));
    }

    private void Fold(Fold fold)
    {
        foreach (var member in fold.State.Members)
        {
            _tiles[member] = Generate(Size(member.Rows), Size(member.Columns), (_, _) => member.Initial);
        }

        Loop(fold.Loop, fold.Body);
    }

    private void ForEach(ForEach each)
    {
        for (var i = 0; i < each.Count; i++)
        {
            _counters[each.Counter.Name] = i;
            Execute(each.Body);
        }
    }

    private void Loop(TokenLoop loop, IReadOnlyList<Statement> body)
    {
        var (from, to) = (Evaluate(loop.From), Evaluate(loop.To));
        for (var start = from; start < to; start += _tileRows(loop.Tokens))
        {
            _position[loop.Tokens] = (start, Math.Min(_tileRows(loop.Tokens), to - start));
            if (IsSeen(loop))
            {
                Execute(body);
            }
        }
    }

    private int Token(TokenLoop loop, int row) => Evaluate(loop.Offset) + loop.Stride * (_position[loop.Tokens].Start + row);

    private void Load(Load load)
    {
        var source = _tensors[load.Source];
        var first = load.IsAtPositions ? _firstPosition : 0;
        _tiles[load.Target] = Generate(Size(load.Target.Rows), source.GetLength(1), (r, c) =>
            first + Token(load.Loop, r) < source.GetLength(0) ? source[first + Token(load.Loop, r), c] : 0);
        if (load.Rotation is { } rotation)
        {
            _tiles[load.Target] = Rotated(_tiles[load.Target], rotation, load.Source, load.Loop, sign: 1);
        }
    }

    private void LoadBand(LoadBand load)
    {
        var source = _tensors[load.Source];
        var (queries, columns) = load.Target.Rows.Between!.Value;
        var ((i, rows), (j, _)) = (_position[queries], _position[columns]);
        _tiles[load.Target] = Generate(Size(load.Target.Rows), source.GetLength(1), (r, c) =>
            _firstPosition + i + rows - 1 - j - r is >= 0 and var row && row < source.GetLength(0) ? source[row, c] : 0);
    }

    private void Skew(Skew skew)
    {
        var source = _tiles[skew.Source];
        var (rows, columns) = (Size(skew.Target.Rows), Size(skew.Target.Columns));
        _tiles[skew.Target] = Generate(rows, columns, (r, c) =>
            !skew.IsAdjoint ? source[r, rows - 1 - r + c]
            : c - (rows - 1 - r) is >= 0 and var column && column < source.GetLength(1) ? source[r, column]
            : 0);
    }

    /// <summary>Rows of an operand, rotated by their positions, or back.</summary>
    private Bounded[,] Rotated(Bounded[,] tile, Rotation rotation, Operand operand, TokenLoop loop, int sign)
    {
        var half = tile.GetLength(1) / 2;
        return Generate(tile.GetLength(0), 2 * half, (r, c) =>
        {
            var position = Token(loop, r) + (operand.IsOfKeys ? 0 : _firstPosition);
            var (sin, cos) = Math.SinCos(position * Math.Pow(rotation.Theta, -1.0 * (c % half) / half));
            var (x0, x1) = (tile[r, c % half], tile[r, half + (c % half)]);
            return c < half ? (x0 * Turned(cos)) - (x1 * Turned(sign * sin)) : (x0 * Turned(sign * sin)) + (x1 * Turned(cos));
        });

        // What Rotary promises.
        static Bounded Turned(double share) => new(share, 1e-6);
    }

    private void Store(Store store)
    {
        if (!_tensors.TryGetValue(store.Destination, out var destination))
        {
            return;
        }

        var source = store.Rotation is { } rotation
            ? Rotated(_tiles[store.Source], rotation, store.Destination, store.Loop, sign: -1)
            : _tiles[store.Source];
        var (from, to) = _run ?? (0, source.GetLength(0));
        for (var r = from; r < to; r++)
        {
            for (var c = 0; c < source.GetLength(1) && Token(store.Loop, r) < destination.GetLength(0); c++)
            {
                destination[Token(store.Loop, r), c] = source[r, c].Value;
                if (_errors.TryGetValue(store.Destination, out var errors))
                {
                    errors[Token(store.Loop, r), c] = source[r, c].Error;
                }
            }
        }
    }

    private void Add(AddToTable add)
    {
        if (!_tensors.TryGetValue(add.Entry.Table, out var table))
        {
            return;
        }

        var source = _tiles[add.Source];
        for (var r = 0; r < source.GetLength(0); r++)
        {
            for (var c = 0; c < source.GetLength(1); c++)
            {
                table[0, Index(add.Entry, new Element(r, c, c, add.Source.Rows, null))] += source[r, c].Value;
            }
        }
    }

    private void Multiply(MatMul product)
    {
        var a = product.TransposeA ? Transpose(_tiles[product.A]) : _tiles[product.A];
        var b = product.TransposeB ? Transpose(_tiles[product.B]) : _tiles[product.B];
        var initial = product.Accumulate ? _tiles[product.Target] : null;
        var projections = product.B as Parameter;
        _tiles[product.Target] = Generate(a.GetLength(0), b.GetLength(1), (r, c) =>
        {
            if (product.Structure == Structure.LowerTarget && c > r)
            {
                return 0;
            }

            // A left operand that is said to be lower triangular has zeros elsewhere; if it has not, this shows it.
            var sum = new Sum();
            for (var k = 0; k < a.GetLength(1); k++)
            {
                sum.Add(a[r, k], b[k, c]);
            }

            var total = projections?.Form == ParameterForm.Transform ? Transformed(a, b, r, c, sum.Total.Value) : sum.Total;
            return initial is null ? total : initial[r, c] + total;
        });
    }

    /// <summary>
    /// A fast transform: 3 rounds of orthogonal steps, each of which rounds every number once a stage, so that the error of each output is
    /// within that many roundings of the norms.
    /// </summary>
    private static Bounded Transformed(Bounded[,] a, Bounded[,] b, int row, int column, double value)
    {
        double tokens = 0, projection = 0;
        for (var k = 0; k < b.GetLength(0); k++)
        {
            tokens += a[row, k].Value * a[row, k].Value;
            projection += b[k, column].Value * b[k, column].Value;
        }

        var padded = System.Numerics.BitOperations.RoundUpToPowerOf2((uint)b.GetLength(0));
        var stages = (3 * System.Numerics.BitOperations.Log2(padded)) + 6;

        // A truncated projection is the part of a longer one: at most √(P/d) times as long on average; 2 covers its spread.
        var whole = 2 * Math.Sqrt(projection * padded / b.GetLength(0));
        return new Bounded(value, stages * Bounded.Rounding * whole * Math.Sqrt(tokens));
    }

    /// <summary>A sum of products in any order, fused or not: every rounding is of at most the sum of the sizes.</summary>
    private sealed class Sum
    {
        private double _value, _error, _size;
        private int _terms;

        public void Add(Bounded a, Bounded b)
        {
            var product = a.Value * b.Value;
            _value += product;
            _size += Math.Abs(product);
            _error += Carried(a.Value, b.Error) + Carried(b.Value, a.Error) + Carried(a.Error, b.Error);
            _terms++;
        }

        public Bounded Total => new(_value, _error + ((_terms + 1) * Bounded.Rounding * _size));

        private static double Carried(double factor, double error) => error == 0 ? 0 : Math.Abs(factor) * error;
    }

    private void Reduce(Reduce reduce)
    {
        var (rows, columns) = (Size(reduce.Rows), Size(reduce.Columns));
        var initial = reduce.Accumulate ? _tiles[reduce.Target] : null;
        var byRow = reduce.Target.IsColumnVector;
        _tiles[reduce.Target] = Generate(Size(reduce.Target.Rows), Size(reduce.Target.Columns), (r, c) =>
        {
            var sum = new Sum();
            Bounded top = double.NegativeInfinity;
            for (var k = 0; k < (byRow ? columns : rows); k++)
            {
                var (row, column) = byRow ? (r, k) : (k, c);
                var x = Evaluate(reduce.Body, new Element(row, column, column, reduce.Rows, null));
                sum.Add(x, 1);
                top = Bounded.Max(top, x);
            }

            // Maxima are what logarithms are kept relative to: any number near them does, so their own rounding is no error.
            // In twice the precision nothing of it is lost, only how it is split: the target is a float.
            return reduce.Rest is not null ? (float)sum.Total.Value
                : reduce.Reduction == Reduction.Max ? top with { Error = 0 } : initial is null ? sum.Total : initial[r, c] + sum.Total;
        });
        if (reduce.Rest is { } rest)
        {
            _tiles[rest] = Generate(Size(rest.Rows), 1, (r, _) =>
            {
                var sum = Enumerable.Range(0, columns).Sum(c => Evaluate(reduce.Body, new Element(r, c, c, reduce.Rows, null)).Value);
                return sum - (float)sum;
            });
        }
    }

    /// <summary>Raises the references by the rule of <see cref="KernelGen.Generator.Tiles.Rebase"/>.</summary>
    private void Rebase(State state, Bounded[,] candidate, double threshold)
    {
        var reference = _tiles[state.Reference!];
        if (!Exceeds(candidate, reference, threshold))
        {
            return;
        }

        var raised = Generate(
            reference.GetLength(0), reference.GetLength(1), (r, c) => Bounded.Max(reference[r, c], candidate[r, c]) with { Error = 0 });
        foreach (var member in state.Members.Where(member => member != state.Reference))
        {
            _tiles[member] = Generate(Size(member.Rows), Size(member.Columns), (r, c) =>
            {
                var at = member.Rows == state.Axis ? r : c;
                var (old, now) = state.Reference!.IsRowVector ? (reference[0, at], raised[0, at]) : (reference[at, 0], raised[at, 0]);
                return _tiles[member][r, c] * (old - now).FlushedExp2(-64);
            });
        }

        _tiles[state.Reference!] = raised;
    }

    private void ExecuteRuns(Runs runs)
    {
        var rowAxis = runs.Logarithms.Rows;
        var logarithms = Generate(
            Size(rowAxis), Size(runs.Logarithms.Columns), (r, c) => Evaluate(runs.Values, new Element(r, c, c, rowAxis, runs.Logarithms)));
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
            var maxima = Generate(
                1, logarithms.GetLength(1), (_, c) => Enumerable.Range(r0, r1 - r0).Select(r => logarithms[r, c]).Aggregate(Bounded.Max));
            Rebase(runs.State, maxima, runs.Rise);
            r0 = r1;
            if (r0 < rows)
            {
                Execute(runs.Between);
            }
        }
    }

    private static bool Exceeds(Bounded[,] candidate, Bounded[,] reference, double threshold)
    {
        for (var r = 0; r < candidate.GetLength(0); r++)
        {
            for (var c = 0; c < candidate.GetLength(1); c++)
            {
                if (candidate[r, c].Value - reference[r, c].Value > threshold)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// Where an expression is evaluated: the row, the column within the branch's segment, the column of the whole target, and the axis of
    /// the rows.
    /// </summary>
    private readonly record struct Element(int Row, int Column, int WholeColumn, Dim Rows, Tile? Target);

    private Bounded Evaluate(Expr expr, Element at) =>
        new BoundedEvaluator(
            variable => variable is TableEntry entry ? _tensors[entry.Table][0, Index(entry, at)]
                : variable is TokenNumber number ? (float)Index(number, at)
                : Read((Tile)variable, at),
            condition => Holds(condition, at))
            .Evaluate(expr);

    private long Index(TokenNumber number, Element at)
    {
        var (query, key) = number.Sight.Queries == at.Rows ? (at.Row, at.Column) : (at.Column, at.Row);
        return number.Number.Evaluate(
            place => Of(place, number.Sight, query, key), token => Of(token, number.Sight, query, key));
    }

    private Bounded Read(Tile tile, Element at)
    {
        var values = _tiles[tile.Whole];
        var column = tile is Segment part ? (part.Index * Size(part.Columns)) + at.Column
            : at.Target is not null && tile.Columns == at.Target.Columns ? at.WholeColumn
            : at.Column;
        return values[tile.IsRowVector ? 0 : at.Row, tile.IsColumnVector ? 0 : column];
    }

    private bool Holds(Condition condition, Element at) => condition.Match(
        compare: _ => throw new InvalidOperationException("Comparisons of numbers are the evaluator's."),
        both: both => Holds(both.Left, at) && Holds(both.Right, at),
        either: either => Holds(either.Left, at) || Holds(either.Right, at),
        not: not => !Holds(not.Operand, at),
        below: below => _position[below.Tokens].Start + at.Row < Evaluate(below.Limit),
        sees: sees => sees.Sight.Queries == at.Rows ? Sees(sees.Sight, at.Row, at.Column) : Sees(sees.Sight, at.Column, at.Row),
        inRun: _ => _run is { } run && at.Row >= run.From && at.Row < run.To);

    /// <summary>Whether a query sees a key, by their places in the current tiles.</summary>
    private bool Sees(Sight sight, int query, int key) => sight.Visibility.Sees.Evaluate(
        place => Of(place, sight, query, key), token => Of(token, sight, query, key));

    /// <summary>The number of a token, in a tile along its axis.</summary>
    private long Of(Term.OfToken token, Sight sight, int query, int key)
    {
        var tile = sight.TileOf(token)!;
        var place = token.Place == Place.Query ? query : key;
        return (long)(tile.IsRowVector ? _tiles[tile][0, place] : _tiles[tile][place, 0]).Value;
    }

    private long Of(Place place, Sight sight, int query, int key) => place switch
    {
        Place.Query => _firstPosition + _position[sight.Queries].Start + query,
        Place.Key => (sight.IsWithinTile ? _firstPosition : 0) + _position[sight.Keys].Start + key,
        Place.Head => _head,
        Place.Keys or Place.PresentKeys => _keys, // nothing is padded here
        _ => throw new InvalidOperationException($"A pair of tokens has no {place}."),
    };

    /// <summary>Whether any token of the current tile of a loop sees one of the tile of the other axis, or is seen by it.</summary>
    private bool IsSeen(TokenLoop loop) =>
        loop.Sight is not { } sight
        || sight.Visibility.TokenNumbers.Count > 0 // of which loops know nothing
        || Enumerable.Range(0, _position[sight.Queries].Count)
            .Any(query => Enumerable.Range(0, _position[sight.Keys].Count).Any(key => Sees(sight, query, key)));

    private int Evaluate(TokenIndex index) => index.Match(
        constant: constant => constant.Value,
        length: length => _tensors[length.Operand].GetLength(0),
        start: start => _position[start.Tokens].Start,
        end: end => _position[end.Tokens].Start + _position[end.Tokens].Count,
        counter: counter => _counters[counter.Name],
        sum: sum => Evaluate(sum.Left) + Evaluate(sum.Right),
        difference: difference => Evaluate(difference.Left) - Evaluate(difference.Right),
        extremum: extremum => extremum.IsMax
            ? Math.Max(Evaluate(extremum.Left), Evaluate(extremum.Right))
            : Math.Min(Evaluate(extremum.Left), Evaluate(extremum.Right)),
        stridedCount: count => Math.Max(0, (Evaluate(count.Total) - Evaluate(count.Offset) + count.Stride - 1) / count.Stride));

    private int Size(Dim dim) =>
        dim.Between is { } between ? Size(between.Rows) + Size(between.Columns) - 1
        : dim.IsTokens ? _position[dim].Count : dim.Size;

    private static Bounded[,] Row(Bounded[,] matrix, int row) => Generate(1, matrix.GetLength(1), (_, c) => matrix[row, c]);

    private static Bounded[,] Transpose(Bounded[,] matrix) => Generate(matrix.GetLength(1), matrix.GetLength(0), (r, c) => matrix[c, r]);

    private static Bounded[,] Generate(int rows, int columns, Func<int, int, Bounded> element)
    {
        var result = new Bounded[rows, columns];
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
