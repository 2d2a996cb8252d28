using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;
using KernelGen.Generator.Tiles;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Tiles;

/// <summary>
/// Two attention families that no backend emits yet, written as tile programs and run by the interpreter: proof that the language holds
/// what comes next (ranges computed from the tile, strides, states that are products of inputs).
/// </summary>
public class ComingFamiliesTests
{
    private const int HeadDim = 6, ValueDim = 5;

    /// <summary>Beltagy et al., "Longformer", arXiv:2004.05150: query i attends to the keys i, i − dilation, …, window of them.</summary>
    internal static TileProgram CausalDilatedWindow(int window, int dilation)
    {
        var b = new TileProgramBuilder("causal dilated window");
        var (d, dv) = (Dim.Fixed("d", HeadDim), Dim.Fixed("dv", ValueDim));
        var query = b.Operand(AttentionOperands.Query(d));
        var key = b.Operand(AttentionOperands.Key(d));
        var value = b.Operand(AttentionOperands.Value(dv));
        var output = b.Operand(AttentionOperands.Output(dv, OperandAccess.Write));

        // Tokens of one residue modulo the dilation only see each other, and among them the window is a plain range.
        b.ForEach("residue", dilation, residue =>
        {
            var count = TokenIndex.CountOfStride(query.Length, residue, dilation);
            var (i, j) = (Dim.Tokens("i"), Dim.Tokens("j"));
            var queries = new TokenLoop(i, 0, count, residue, dilation);
            b.Parallel(queries, () =>
            {
                var q = b.Load("Q", query, queries);
                var state = b.LocalState("softmax", i);
                var m = state.AddReference("M", asRow: false);
                var l = state.AddVector("D", asRow: false);
                var n = state.AddMatrix("N", dv);
                var first = TokenIndex.Max(0, new TokenIndex.Start(i) - (window - 1));
                var keys = new TokenLoop(j, first, new TokenIndex.End(i), residue, dilation);
                b.Fold(keys, state, () =>
                {
                    var k = b.Load("K", key, keys);
                    var v = b.Load("V", value, keys);
                    var a = b.MatMul("A", q, k, transposeB: true);
                    var inWindow = new Position.Sees(new Sight(
                        Visibility.Causal.And(new(Relation.Less((WholeNumber)Place.Query - Place.Key, window))), Queries: i, Keys: j));
                    var s = b.Map(
                        "S", i, j, Expr.Select(inWindow, a * (Expr)(Math.Log2(Math.E) / Math.Sqrt(HeadDim)), double.NegativeInfinity));
                    b.Rebase(state, b.RowMax("top", i, j, s), 0);
                    var p = b.Map("P", i, j, Expr.Exp2(s - m, -80));
                    b.AddRowSum(l, i, j, p);
                    b.AddMatMul(n, p, v);
                });
                b.Store(output, b.Map("O", i, dv, (Expr)n / l), queries);
            });
        });
        return b.Build();
    }

    /// <summary>Wang et al., "Linformer", arXiv:2006.04768: softmax(Q(EK)ᵀ)(FV), with E and F given transposed, [tokens, rank].</summary>
    internal static TileProgram Linformer(int rank)
    {
        var b = new TileProgramBuilder("Linformer");
        var (d, dv, r) = (Dim.Fixed("d", HeadDim), Dim.Fixed("dv", ValueDim), Dim.Fixed("r", rank));
        var query = b.Operand(AttentionOperands.Query(d));
        var key = b.Operand(AttentionOperands.Key(d));
        var value = b.Operand(AttentionOperands.Value(dv));
        var e = b.Operand(new Operand("E", TokenAxis.Keys, r, OperandAccess.Read) { SharedBy = OperandSharing.Everyone });
        var f = b.Operand(new Operand("F", TokenAxis.Keys, r, OperandAccess.Read) { SharedBy = OperandSharing.Everyone });
        var output = b.Operand(AttentionOperands.Output(dv, OperandAccess.Write));
        var state = b.State("projected", r);
        var (ek, fv) = (state.AddMatrix("EK", d), state.AddMatrix("FV", dv));

        var keys = b.Loop(Dim.Tokens("j"), 0, key.Length);
        b.Fold(keys, state, () =>
        {
            b.AddMatMul(ek, b.Load("Et", e, keys), b.Load("K", key, keys), transposeA: true);
            b.AddMatMul(fv, b.Load("Ft", f, keys), b.Load("V", value, keys), transposeA: true);
        });

        var i = Dim.Tokens("i");
        var queries = b.Loop(i, 0, query.Length);
        b.Parallel(queries, () =>
        {
            var s = b.MatMul("S", b.Load("Q", query, queries), ek, transposeB: true);
            var top = b.RowMax("M", i, r, s);
            var p = b.Map("P", i, r, Expr.Exp2((s - top) * (Math.Log2(Math.E) / Math.Sqrt(HeadDim)), -80));
            var n = b.MatMul("N", p, fv);
            b.Store(output, b.Map("O", i, dv, (Expr)n / b.RowSum("D", i, r, p)), queries);
        });
        return b.Build();
    }

    [Theory]
    [InlineData(1, 1, 4)]
    [InlineData(5, 1, 3)]
    [InlineData(3, 2, 4)]
    [InlineData(4, 3, 7)]
    [InlineData(100, 5, 2)]
    public void Dilated_window_is_masked_softmax_attention(int window, int dilation, int tileRows)
    {
        const int length = 29;
        var (q, k, v) = Tensors(length);
        var expected = MaskedSoftmax(q, k, v, (i, j) => j <= i && (i - j) % dilation == 0 && (i - j) / dilation < window);
        var program = CausalDilatedWindow(window, dilation);
        var output = new double[length, ValueDim];
        TileInterpreter.Run(program, Arguments(program, q, k, v, output), null, _ => tileRows);
        Compare.Close(expected, output.Cast<double>().ToArray(), 1e-12);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(9, 5)]
    public void Linformer_is_softmax_attention_over_projected_keys(int rank, int tileRows)
    {
        const int length = 23;
        var (q, k, v) = Tensors(length);
        var (e, f) = (Random(length, rank, 4), Random(length, rank, 5));
        var expected = MaskedSoftmax(q, Multiply(e, k), Multiply(f, v), (_, _) => true);
        var program = Linformer(rank);
        var output = new double[length, ValueDim];
        var arguments = Arguments(program, q, k, v, output);
        arguments[program.Operands.Single(argument => argument.Name == "E")] = e;
        arguments[program.Operands.Single(argument => argument.Name == "F")] = f;
        TileInterpreter.Run(program, arguments, null, _ => tileRows);
        Compare.Close(expected, output.Cast<double>().ToArray(), 1e-12);
    }

    private static (double[,] Query, double[,] Key, double[,] Value) Tensors(int length) =>
        (Random(length, HeadDim, 1), Random(length, HeadDim, 2), Random(length, ValueDim, 3));

    private static Dictionary<Operand, double[,]> Arguments(
        TileProgram program, double[,] q, double[,] k, double[,] v, double[,] output) => new()
        {
            [program["query"]] = q,
            [program["key"]] = k,
            [program["value"]] = v,
            [program["output"]] = output,
        };

    private static double[] MaskedSoftmax(double[,] q, double[,] k, double[,] v, Func<int, int, bool> sees)
    {
        var output = new double[q.GetLength(0) * ValueDim];
        for (var i = 0; i < q.GetLength(0); i++)
        {
            var weights = Enumerable.Range(0, k.GetLength(0))
                .Select(j => sees(i, j) ? Math.Exp(Enumerable.Range(0, HeadDim).Sum(c => q[i, c] * k[j, c]) / Math.Sqrt(HeadDim)) : 0)
                .ToArray();
            for (var c = 0; c < ValueDim; c++)
            {
                output[(i * ValueDim) + c] = weights.Select((w, j) => w * v[j, c]).Sum() / weights.Sum();
            }
        }

        return output;
    }

    private static double[,] Multiply(double[,] transposed, double[,] tokens)
    {
        var product = new double[transposed.GetLength(1), tokens.GetLength(1)];
        for (var r = 0; r < product.GetLength(0); r++)
        {
            for (var c = 0; c < product.GetLength(1); c++)
            {
                product[r, c] = Enumerable.Range(0, tokens.GetLength(0)).Sum(t => transposed[t, r] * tokens[t, c]);
            }
        }

        return product;
    }

    private static double[,] Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var matrix = new double[rows, columns];
        for (var i = 0; i < matrix.Length; i++)
        {
            matrix[i / columns, i % columns] = (random.NextDouble() * 2) - 1;
        }

        return matrix;
    }
}
