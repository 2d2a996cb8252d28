using System.Reflection;
using KernelGen.Generator.Families.Favor;
using KernelGen.Generator.Families.Softmax;
using KernelGen.Generator.Tiles;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>A generated type under test, with the declaration that it came from.</summary>
public sealed class Layer
{
    private Layer(Type type)
    {
        Type = type;
        if (type.GetCustomAttribute<FavorAttentionAttribute>() is { } favor)
        {
            var valueDim = favor.ValueDim == 0 ? favor.HeadDim : favor.ValueDim;
            (HeadDim, ValueDim, Features, Causal, Kernel) = (favor.HeadDim, valueDim, favor.Features, favor.Causal, favor.Kernel);
            Epsilon = favor.Kernel == KernelFunction.Relu ? favor.Epsilon : 0;
            Program = FavorProgram.Build(new FavorSpec(
                (Generator.Families.Favor.KernelFunction)favor.Kernel, HeadDim, valueDim, Features, Causal, Epsilon));
        }
        else
        {
            var softmax = type.GetCustomAttribute<SoftmaxAttentionAttribute>()!;
            var valueDim = softmax.ValueDim == 0 ? softmax.HeadDim : softmax.ValueDim;
            (HeadDim, ValueDim, Causal) = (softmax.HeadDim, valueDim, softmax.Causal);
            Program = SoftmaxProgram.Build(new SoftmaxSpec(HeadDim, valueDim, Causal));
        }
    }

    public Type Type { get; }

    public int HeadDim { get; }

    public int ValueDim { get; }

    public int Features { get; }

    public bool Causal { get; }

    /// <summary>The kernel function of FAVOR+; null for exact attention.</summary>
    public KernelFunction? Kernel { get; }

    public float Epsilon { get; }

    internal TileProgram Program { get; }

    public int ProjectionRows => Kernel == KernelFunction.SoftmaxHyperbolic ? Features / 2 : Features;

    public static Layer Of<T>() => new(typeof(T));

    public static IEnumerable<Layer> All() =>
        typeof(Layer).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(Layer).Namespace && typeof(IAttention).IsAssignableFrom(type))
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .Select(type => new Layer(type));

    /// <summary>An instance with its projection weights, [projection rows, head dim]; empty for exact attention.</summary>
    public (IAttention Attention, float[] Weights) Create(ulong seed = 7)
    {
        if (Kernel is null)
        {
            return ((IAttention)Activator.CreateInstance(Type)!, []);
        }

        var projection = Projection.Orthogonal(ProjectionRows, HeadDim, seed);
        return (Create(projection), projection.Weights.ToArray());
    }

    public IAttention Create(Projection projection) => (IAttention)Activator.CreateInstance(Type, projection)!;

    public override string ToString() => Type.Name;

    /// <summary>All layers, as theory data.</summary>
    public sealed class Everyone : TheoryData<Layer>
    {
        public Everyone()
        {
            foreach (var layer in All())
            {
                Add(layer);
            }
        }
    }

    /// <summary>The causal layers, as theory data.</summary>
    public sealed class CausalOnes : TheoryData<Layer>
    {
        public CausalOnes()
        {
            foreach (var layer in All().Where(layer => layer.Causal))
            {
                Add(layer);
            }
        }
    }
}
