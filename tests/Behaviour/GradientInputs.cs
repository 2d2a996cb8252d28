using KernelGen.Generator.Tiles;
using KernelGen.Tests.Expressions;
using KernelGen.Tests.Tiles;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>Three gradients, by queries, keys and values.</summary>
internal sealed record Gradients<T>(T[] Query, T[] Key, T[] Value);

internal static class Gradients
{
    public static Gradients<double> ToDouble(this Gradients<float> gradients) =>
        new(NaiveAttention.ToDouble(gradients.Query), NaiveAttention.ToDouble(gradients.Key), NaiveAttention.ToDouble(gradients.Value));

    /// <summary>Fails where gradients differ by more than the rounding of a forward pass explains, four times over.</summary>
    public static void Close(Gradients<double> expected, Gradients<float> actual, GradientInputs inputs, float[] weights, string what) =>
        Close(expected, actual.ToDouble(), inputs.Size, 4 * inputs.Inputs.Tolerance(weights), what);

    /// <summary>Fails where gradients differ by more than the tolerance times the largest, or <paramref name="size"/>.</summary>
    public static void Close(Gradients<double> expected, Gradients<double> actual, double size, double tolerance, string what)
    {
        foreach (var (name, reference, gradient) in new[]
        {
            ("query", expected.Query, actual.Query), ("key", expected.Key, actual.Key), ("value", expected.Value, actual.Value),
        })
        {
            Assert.Equal(reference.Length, gradient.Length);
            var largest = Math.Max(size, reference.Select(Math.Abs).DefaultIfEmpty().Max());
            for (var i = 0; i < reference.Length; i++)
            {
                // Not `difference > limit`: NaN must fail.
                var difference = Math.Abs(reference[i] - gradient[i]);
                if (!(difference <= tolerance * largest))
                {
                    Assert.Fail($"{what}: by {name}, element {i}: expected {reference[i]:G9}, got {gradient[i]:G9}: off by {difference / largest:E2} of the largest, {tolerance:E2} allowed.");
                }
            }
        }
    }
}

/// <summary>The tensors of one head with a gradient by its outputs, and the three ways to compute the others.</summary>
internal sealed class GradientInputs(Inputs inputs, int seed)
{
    public Inputs Inputs { get; } = inputs;

    /// <summary>
    /// Queries and keys along the first projection, with these numbers as what it gives of them: at −52, quick GELU is a quotient by e^88,
    /// of which 1.7 times is no float.
    /// </summary>
    public static GradientInputs AlongAProjection(Layer layer, float[] weights, IReadOnlyList<double> projections)
    {
        var inputs = new Inputs(layer, projections.Count, projections.Count, seed: 14);
        var direction = NaiveAttention.ToDouble(weights.AsSpan(0, layer.HeadDim));
        var scale = Math.Pow(layer.HeadDim, 0.25) / NaiveAttention.Dot(direction, direction);
        foreach (var tensor in new[] { inputs.Query, inputs.Key })
        {
            for (var i = 0; i < tensor.Length; i++)
            {
                tensor[i] = (float)(projections[i / layer.HeadDim] * scale * direction[i % layer.HeadDim]);
            }
        }

        return new GradientInputs(inputs, seed: 15);
    }

    public float[] Upstream { get; } = Inputs.Normal(new Random(seed), inputs.Shape.QueryLength * inputs.Layer.ValueDim, 1);

    /// <summary>
    /// What differences are measured against: gradients by queries and keys are sums of products of upstream gradients and values, which
    /// cancel where a softmax is saturated.
    /// </summary>
    public double Size => Upstream.Select(MathF.Abs).DefaultIfEmpty().Max() * (double)Inputs.Value.Select(MathF.Abs).DefaultIfEmpty().Max();

    public Gradients<double> Naive(float[] weights)
    {
        var (query, key, value) = NaiveGradient.Compute(Inputs.Layer, Inputs.Query, Inputs.Key, Inputs.Value, Upstream, weights);
        return new Gradients<double>(query, key, value);
    }

    public Gradients<float> Kernel(IAttention attention)
    {
        var shape = Inputs.Shape;
        var context = new BackwardContext();
        var output = Inputs.Forward(attention, context);
        var (query, key, value) = (new float[Inputs.Query.Length], new float[Inputs.Key.Length], new float[Inputs.Value.Length]);
        foreach (var gradient in new[] { query, key, value })
        {
            gradient.AsSpan().Fill(float.NaN);
        }

        attention.Backward(Inputs.Query, Inputs.Key, Inputs.Value, output, context, Upstream, query, key, value, shape);
        return new Gradients<float>(query, key, value);
    }

    /// <summary>The tile programs in double: forward, then backward.</summary>
    public Gradients<double> Interpret(float[] weights, int tileRows) =>
        Interpret(
            NaiveAttention.ToDouble(Inputs.Query), NaiveAttention.ToDouble(Inputs.Key),
            NaiveAttention.ToDouble(Inputs.Value), weights, tileRows);

    /// <summary>Σ output · upstream by the tile program in double.</summary>
    public double InterpretLoss(double[] query, double[] key, double[] value, float[] weights, int tileRows)
    {
        var tensors = Tensors(query, key, value);
        Run(Inputs.Layer.Program, tensors, weights, tileRows, null);
        return tensors["output"].Cast<double>().Zip(Upstream, (o, g) => o * g).Sum();
    }

    private Gradients<double> Interpret(double[] query, double[] key, double[] value, float[] weights, int tileRows)
    {
        var tensors = Tensors(query, key, value);
        var tiles = Run(Inputs.Layer.Program, tensors, weights, tileRows, null);
        var kept = tiles.Where(tile => tile.Key is StateMember).ToDictionary(tile => tile.Key.Name, tile => tile.Value);
        foreach (var program in Inputs.Layer.GradientPrograms)
        {
            Run(program, tensors, weights, tileRows, kept);
        }

        return new Gradients<double>(
            [.. tensors["queryGradient"].Cast<double>()],
            [.. tensors["keyGradient"].Cast<double>()],
            [.. tensors["valueGradient"].Cast<double>()]);
    }

    private IReadOnlyDictionary<Tile, Bounded[,]> Run(
        TileProgram program, Dictionary<string, double[,]> tensors, float[] weights, int tileRows,
        IReadOnlyDictionary<string, Bounded[,]>? kept) =>
        TileInterpreter.Run(
            program,
            program.Operands.ToDictionary(operand => operand, operand => tensors[operand.Name]),
            weights.Length == 0 ? null : Inputs.Matrix(NaiveAttention.ToDouble(weights), Inputs.Layer.HeadDim),
            _ => tileRows,
            Inputs.Layer.Hyperparameters,
            kept: kept);

    private Dictionary<string, double[,]> Tensors(double[] query, double[] key, double[] value)
    {
        var (d, dv, queries, keys) = (Inputs.Layer.HeadDim, Inputs.Layer.ValueDim, Inputs.Shape.QueryLength, Inputs.Shape.KeyLength);
        return new Dictionary<string, double[,]>
        {
            ["query"] = Inputs.Matrix(query, d),
            ["key"] = Inputs.Matrix(key, d),
            ["value"] = Inputs.Matrix(value, dv),
            ["output"] = new double[queries, dv],
            ["logSumExp"] = new double[queries, 1],
            ["logSumExpRest"] = new double[queries, 1],
            ["reciprocal"] = new double[queries, 1],
            ["outputGradient"] = Inputs.Matrix(NaiveAttention.ToDouble(Upstream), dv),
            ["queryGradient"] = new double[queries, d],
            ["keyGradient"] = new double[keys, d],
            ["valueGradient"] = new double[keys, dv],
        };
    }
}
