using KernelGen.Generator.Expressions;
using KernelGen.Generator.Tiles;

namespace KernelGen.Tests.Tiles;

/// <summary>
/// Small programs that mean nothing, of all that the language has: loads, maps of any kind, products, reductions, runs, optional stores,
/// folds whose outputs come in the same loop or after it. What they make is random but finite.
/// </summary>
internal sealed class RandomProgram
{
    private readonly Random _random;
    private readonly TileProgramBuilder _b = new("random program");
    private readonly Dim _d, _dv, _m;
    private readonly Operand _query, _key, _value, _output, _logSumExp;
    private readonly Parameter _w;
    private readonly State _state;
    private readonly StateMember? _reference;
    private readonly StateMember _z, _s;
    private int _names;

    private RandomProgram(int seed, bool hasReference)
    {
        _random = new Random(seed);
        (_d, _dv, _m) = (Dim.Fixed("d", _random.Next(1, 4)), Dim.Fixed("dv", _random.Next(1, 4)),
            Dim.Fixed("m", 2 * _random.Next(1, 3), segments: 2));
        _query = _b.Operand(AttentionOperands.Query(_d));
        _key = _b.Operand(AttentionOperands.Key(_d));
        _value = _b.Operand(AttentionOperands.Value(_dv));
        _output = _b.Operand(AttentionOperands.Output(_dv, OperandAccess.Write));
        _logSumExp = _b.Operand(AttentionOperands.LogSumExp(OperandAccess.Write));
        _w = _b.Parameter(new Parameter("W", _m, _d, ParameterForm.Matrix, new ParameterSource("ProjectionPacking", "Matrix", Scale: 0.5)));
        _state = _b.State("state", _m);
        _reference = hasReference ? _state.AddReference("c", asRow: true) : null;
        _z = _state.AddVector("z", asRow: true);
        _s = _state.AddMatrix("S", _dv);
    }

    /// <summary>A program and tensors to interpret it with.</summary>
    /// <param name="seed">Of everything.</param>
    /// <param name="isScan">Whether outputs come in the same loop.</param>
    /// <param name="hasReference">Whether the state has a reference, and so the loop runs.</param>
    public static ProgramCase Make(int seed, bool isScan, bool hasReference)
    {
        var made = new RandomProgram(seed, hasReference);
        var program = isScan ? made.Scan() : made.FoldThenOutputs();
        var length = made._random.Next(1, 12);
        return new ProgramCase(
            $"random program {seed}", program,
            program.Operands.ToDictionary(argument => argument.Name, argument => made.Matrix(length, argument.Columns.Size)),
            made.Matrix(made._m.Size, made._d.Size));
    }

    private TileProgram Scan()
    {
        var t = Dim.Tokens("t");
        var tokens = _b.Loop(t, 0, _query.Length);
        _b.Fold(tokens, _state, () =>
        {
            var (k, v) = (_b.Load(Name("K"), _key, tokens), _b.Load(Name("V"), _value, tokens));
            var a = _b.MatMul(Name("A"), k, _w, transposeB: true);
            var q = _b.Load(Name("Q"), _query, tokens);
            var pool = new List<Tile> { q };
            Grow(pool, t, _d);
            InRuns(t, a, where =>
            {
                var features = _b.Concat(Name("F"), t, _m, [.. Enumerable.Range(0, 2).Select(_ => Chosen(where, Some(a)))]);
                var n = _b.MatMul(Name("N"), _b.Map(Name("Fq"), t, _m, Some(_b.MatMul(Name("B"), Last(pool), _w, transposeB: true))), _s);
                var p = _b.MatMul(Name("P"), features, features, transposeB: true, structure: Structure.LowerTarget);
                _b.AddMatMul(n, p, v, structure: Structure.LowerLeft);
                Finish(t, tokens, n, pool);
                Add(t, features, v);
            });
        });
        return _b.Build();
    }

    private TileProgram FoldThenOutputs()
    {
        var j = Dim.Tokens("j");
        var keys = _b.Loop(j, 0, _key.Length);
        _b.Fold(keys, _state, () =>
        {
            var (k, v) = (_b.Load(Name("K"), _key, keys), _b.Load(Name("V"), _value, keys));
            var a = _b.MatMul(Name("A"), k, _w, transposeB: true);
            InRuns(j, a, where => Add(j, _b.Map(Name("F"), j, _m, Chosen(where, Some(a))), v));
        });
        var i = Dim.Tokens("i");
        var queries = _b.Loop(i, 0, _query.Length);
        _b.Parallel(queries, () =>
        {
            var pool = new List<Tile> { _b.Load(Name("Q"), _query, queries) };
            Grow(pool, i, _d);
            Finish(i, queries, _b.MatMul(Name("N"), _b.MatMul(Name("B"), Last(pool), _w, transposeB: true), _s), pool);
        });
        return _b.Build();
    }

    /// <summary>The block, in runs of rows of some tile where the state has a reference.</summary>
    private void InRuns(Dim rows, Tile a, Action<Condition?> body)
    {
        if (_reference is null)
        {
            body(_random.Next(2) == 0 ? null : new Position.Below(rows, _key.Length));
            return;
        }

        // Thresholds so low that tiles have several runs.
        var logarithms = _random.Next(2) == 0 ? (Expr)a : (Expr)a * 2;
        _b.Runs(Name("L"), rows, logarithms, _state, threshold: 0.25, rise: 0.5, () => body(new Position.InRun()));
    }

    private static Expr Chosen(Condition? where, Expr value) => where is null ? value : Expr.Select(where, value, 0);

    private void Add(Dim tokens, Tile features, Tile values)
    {
        _b.Add(_z, _b.ColumnSum(Name("zt"), tokens, _m, features));
        _b.AddMatMul(_s, features, values, transposeA: true);
    }

    /// <summary>Some more tiles of tokens by columns, each of those before it.</summary>
    private void Grow(List<Tile> pool, Dim tokens, Dim columns)
    {
        for (var i = _random.Next(4); i > 0; i--)
        {
            var some = Last(pool);
            pool.Add(_random.Next(3) switch
            {
                0 => _b.Map(Name("x"), tokens, columns, Some(some)),
                1 => _b.Map(Name("x"), tokens, columns, some + _b.RowSum(Name("sum"), tokens, columns, Some(some))),
                _ => _b.Map(Name("x"), tokens, columns, some - _b.RowMax(Name("top"), tokens, columns, some)),
            });
        }
    }

    /// <summary>Stores the outputs, and what the caller may not want.</summary>
    private void Finish(Dim tokens, TokenLoop loop, Tile n, List<Tile> pool)
    {
        var weight = _b.RowSum(Name("weight"), tokens, _d, Some(Last(pool)));
        _b.Store(_output, _b.Map(Name("O"), tokens, _dv, n * Expr.Tanh(weight)), loop);
        var log = _b.Map(Name("log"), tokens, Dim.One, Some(weight));
        _b.Store(_logSumExp, _b.Map(Name("lse"), tokens, Dim.One, (Expr)log * 0.5), loop);
    }

    /// <summary>A random expression of a tile, of moderate size.</summary>
    private Expr Some(Tile tile) => _random.Next(6) switch
    {
        0 => Expr.Tanh(tile),
        1 => Expr.Max(tile, 0.25) * 0.5,
        2 => Expr.Abs(tile) + 0.125,
        3 => Expr.Select(new Condition.Compare(Comparison.Less, tile, 0), (Expr)tile * 0.5, 1 - (Expr)tile),
        4 => Expr.Exp2(Expr.Min(tile, 1), -30),
        _ => (Expr)tile * -0.75,
    };

    /// <summary>The tile that all tiles of a pool have gone into.</summary>
    private static Tile Last(List<Tile> pool) => pool[^1];

    private string Name(string stem) => $"{stem}{_names++}";

    private double[,] Matrix(int rows, int columns)
    {
        var matrix = new double[rows, columns];
        for (var i = 0; i < matrix.Length; i++)
        {
            matrix[i / columns, i % columns] = (_random.NextDouble() * 4) - 2;
        }

        return matrix;
    }
}
