using KernelGen.Generator.Tiles;
using KernelGen.Tests.Tiles;

namespace KernelGen.Tests.Behaviour;

/// <summary>The tensors of one head, and the three ways to compute its attention.</summary>
internal sealed class Inputs
{
    public Inputs(Layer layer, int queries, int keys, int seed, float scale = 1)
    {
        Layer = layer;
        var random = new Random(seed);
        Query = Normal(random, queries * layer.HeadDim, scale);
        Key = Normal(random, keys * layer.HeadDim, scale);
        Value = Normal(random, keys * layer.ValueDim, 1);
        Shape = new AttentionShape(1, 1, queries, keys);
    }

    public Layer Layer { get; }

    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    public AttentionShape Shape { get; }

    public static float[] Normal(Random random, int count, float scale)
    {
        var numbers = new float[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = scale * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return numbers;
    }

    /// <summary>Multiplies the keys and queries of the tokens [from, to).</summary>
    public Inputs Scale(int from, int to, Func<int, float> factor)
    {
        for (var t = from; t < to; t++)
        {
            for (var c = 0; c < Layer.HeadDim; c++)
            {
                Key[(t * Layer.HeadDim) + c] *= factor(t);
            }
        }

        return this;
    }

    /// <summary>Sets every number of all tensors.</summary>
    /// <param name="number">Of a token, the place in the tensor, and the tensor as it was.</param>
    public Inputs Fill(Func<int, int, float[], float> number)
    {
        foreach (var (tensor, columns) in new[] { (Query, Layer.HeadDim), (Key, Layer.HeadDim), (Value, Layer.ValueDim) })
        {
            var before = (float[])tensor.Clone();
            for (var i = 0; i < tensor.Length; i++)
            {
                tensor[i] = number(i / columns, i, before);
            }
        }

        return this;
    }

    /// <summary>Sets every number of the values, from the token, the column and the number as it was.</summary>
    public Inputs FillValues(Func<int, int, float, float> number)
    {
        for (var i = 0; i < Value.Length; i++)
        {
            Value[i] = number(i / Layer.ValueDim, i % Layer.ValueDim, Value[i]);
        }

        return this;
    }

    public float[] Forward(IAttention attention, BackwardContext? context = null)
    {
        var output = new float[Shape.QueryLength * Layer.ValueDim];
        output.AsSpan().Fill(float.NaN);
        attention.Forward(Query, Key, Value, output, Shape, new() { Context = context });
        return output;
    }

    public (double[] Output, double[] LogSumExp) Naive(float[] weights) => NaiveAttention.Compute(Layer, Query, Key, Value, weights);

    /// <summary>
    /// The tile program in double, with tiles of the given number of tokens, and first-order bounds of the outputs in float32.
    /// </summary>
    public (double[] Output, double[] LogSumExp, double[] OutputBound) Interpret(float[] weights, int tileRows)
    {
        var program = Layer.Program;
        var (output, logSumExp) = (new double[Shape.QueryLength, Layer.ValueDim], new double[Shape.QueryLength, 1]);
        var bound = new double[Shape.QueryLength, Layer.ValueDim];
        TileInterpreter.Run(
            program,
            new Dictionary<Operand, double[,]>
            {
                [program["query"]] = Matrix(Query, Layer.HeadDim),
                [program["key"]] = Matrix(Key, Layer.HeadDim),
                [program["value"]] = Matrix(Value, Layer.ValueDim),
                [program["output"]] = output,
                [program["logSumExp"]] = logSumExp,
            },
            weights.Length == 0 ? null : Matrix(weights, Layer.HeadDim),
            _ => tileRows,
            Layer.Hyperparameters,
            new Dictionary<Operand, double[,]> { [program["output"]] = bound });
        return (output.Cast<double>().ToArray(), logSumExp.Cast<double>().ToArray(), bound.Cast<double>().ToArray());
    }

    /// <summary>
    /// How far a float32 kernel may be from the formula, relative to its largest output: an argument x of an exponential carries an error
    /// of about 2^-24·|x|, which is the relative error of its weight; 16 covers the constants of sums over features and tokens.
    /// </summary>
    public double Tolerance(float[] weights) => 16 * Math.Pow(2, -24) * NaiveAttention.ArgumentScale(Layer, Query, Key, weights);

    public static double[,] Matrix(double[] numbers, int columns)
    {
        var matrix = new double[numbers.Length / columns, columns];
        for (var i = 0; i < numbers.Length; i++)
        {
            matrix[i / columns, i % columns] = numbers[i];
        }

        return matrix;
    }

    private static double[,] Matrix(float[] numbers, int columns) => Matrix(NaiveAttention.ToDouble(numbers), columns);
}
