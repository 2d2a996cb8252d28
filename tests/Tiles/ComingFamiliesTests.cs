using KernelGen.Generator.Expressions;
using KernelGen.Generator.Positions;
using KernelGen.Generator.Tiles;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Tiles;

/// <summary>
/// Attention in a form that no backend emits yet, written as a tile program and run by the interpreter: proof that the language holds it
/// (ranges computed from the tile, strides).
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
