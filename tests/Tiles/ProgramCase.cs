using KernelGen.Generator.Tiles;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Expressions;

namespace KernelGen.Tests.Tiles;

/// <summary>A program with all that it takes to interpret it: a program of a layer amid the others, or one of nobody's.</summary>
internal sealed class ProgramCase
{
    private readonly IReadOnlyDictionary<string, double[,]> _tensors;
    private readonly double[,]? _projections;
    private readonly float[] _hyperparameters;
    private readonly IReadOnlyDictionary<string, Bounded[,]> _kept;

    public ProgramCase(
        string name, TileProgram program, IReadOnlyDictionary<string, double[,]> tensors, double[,]? projections = null,
        float[]? hyperparameters = null, IReadOnlyDictionary<string, Bounded[,]>? kept = null)
    {
        (Name, Program, _tensors, _projections) = (name, program, tensors, projections);
        (_hyperparameters, _kept) = (hyperparameters ?? [], kept ?? new Dictionary<string, Bounded[,]>());
    }

    public string Name { get; }

    public TileProgram Program { get; }

    /// <summary>The forward program of a layer and those of its gradients, each with what the ones before it have left.</summary>
    public static IEnumerable<ProgramCase> Of(Layer layer, int queries, int keys, int seed, float scale) =>
        Of(new Inputs(layer, queries, keys, seed, scale), seed);

    /// <param name="inputs">The inputs of the forward program.</param>
    /// <param name="seed">Of the gradient by its outputs.</param>
    public static IEnumerable<ProgramCase> Of(Inputs inputs, int seed)
    {
        var (layer, queries, keys) = (inputs.Layer, inputs.Shape.QueryLength, inputs.Shape.KeyLength);
        var weights = layer.Create().Weights;
        var (d, dv) = (layer.HeadDim, layer.ValueDim);
        var tensors = new Dictionary<string, double[,]>
        {
            ["query"] = Matrix(inputs.Query, d),
            ["key"] = Matrix(inputs.Key, d),
            ["value"] = Matrix(inputs.Value, dv),
            ["output"] = new double[queries, dv],
            ["logSumExp"] = new double[queries, 1],
            ["logSumExpRest"] = new double[queries, 1],
            ["reciprocal"] = new double[queries, 1],
            ["outputGradient"] = Matrix(Inputs.Normal(new Random(seed + 1), queries * dv, 1), dv),
            ["queryGradient"] = new double[queries, d],
            ["keyGradient"] = new double[keys, d],
            ["valueGradient"] = new double[keys, dv],
        };
        var kept = new Dictionary<string, Bounded[,]>();
        foreach (var (program, number) in layer.GradientPrograms.Prepend(layer.Program).Select((program, number) => (program, number)))
        {
            var one = new ProgramCase(
                $"{layer}, program {number}", program,
                program.Operands.ToDictionary(operand => operand.Name, operand => (double[,])tensors[operand.Name].Clone()),
                weights.Length == 0 ? null : Matrix(weights, d), layer.Hyperparameters, new Dictionary<string, Bounded[,]>(kept));
            yield return one;
            var outcome = one.Run(program, tileRows: 4);
            foreach (var operand in program.Operands)
            {
                tensors[operand.Name] = outcome.Tensors[operand.Name];
            }

            foreach (var (name, values) in number == 0 ? outcome.State : [])
            {
                kept[name] = values;
            }
        }
    }

    /// <summary>Interprets a version of the program.</summary>
    /// <param name="version">The program, or what a pass or a mutation has made of it.</param>
    /// <param name="tileRows">Tokens of a tile.</param>
    /// <param name="given">The state, where the version does not make it.</param>
    public Outcome Run(TileProgram version, int tileRows, IReadOnlyDictionary<string, Bounded[,]>? given = null)
    {
        var tensors = version.Operands.ToDictionary(argument => argument, argument => (double[,])_tensors[argument.Name].Clone());
        var tiles = TileInterpreter.Run(version, tensors, _projections, _ => tileRows, _hyperparameters, kept: given ?? _kept);
        return new Outcome(
            tensors.ToDictionary(pair => pair.Key.Name, pair => pair.Value),
            tiles.Where(pair => pair.Key is StateMember member && member.State == version.State)
                .ToDictionary(pair => pair.Key.Name, pair => pair.Value));
    }

    private static double[,] Matrix(float[] numbers, int columns) => Inputs.Matrix(NaiveAttention.ToDouble(numbers), columns);

    /// <summary>What a program has written, and its final state, both by name.</summary>
    public sealed record Outcome(Dictionary<string, double[,]> Tensors, Dictionary<string, Bounded[,]> State)
    {
        /// <summary>
        /// The first number in which two differ by more than a share of it; null where they are the same. NaN is the same as NaN.
        /// </summary>
        /// <param name="other">Of another version.</param>
        /// <param name="tolerance">0: to the bit.</param>
        /// <param name="except">Tensors that may differ.</param>
        public string? DifferenceFrom(Outcome other, double tolerance, params string[] except)
        {
            foreach (var (name, mine) in Tensors.Where(pair => !except.Contains(pair.Key)))
            {
                if (Differ(mine.Cast<double>(), other.Tensors[name].Cast<double>(), tolerance))
                {
                    return name;
                }
            }

            foreach (var (name, mine) in State)
            {
                if (Differ(Values(mine), Values(other.State[name]), tolerance))
                {
                    return name;
                }
            }

            return null;
        }

        private static IEnumerable<double> Values(Bounded[,] matrix) => matrix.Cast<Bounded>().Select(number => number.Value);

        private static bool Differ(IEnumerable<double> a, IEnumerable<double> b, double tolerance) =>
            a.Zip(b).Any(pair => !pair.First.Equals(pair.Second)
                && !(Math.Abs(pair.First - pair.Second) <= tolerance * Math.Max(Math.Abs(pair.First), Math.Abs(pair.Second))));
    }
}
