using KernelGen.CompilerServices;
using KernelGen.Generator;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Families.Favor;
using KernelGen.Generator.Tiles;
using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>A generated type under test, with the declaration that it came from as the generator reads it.</summary>
public sealed class Layer
{
    private static readonly Lazy<Dictionary<string, AttentionSpec>> Specs = new(ReadSpecs);

    private readonly AttentionSpec _spec;

    private Layer(Type type)
    {
        Type = type;
        _spec = Specs.Value[type.FullName!];
        (Program, GradientPrograms) = AllFamilies.Registry.Build(_spec);
    }

    public Type Type { get; }

    public int HeadDim => _spec.HeadDim;

    public int ValueDim => _spec.ValueDim;

    public int Features => Favor?.Features ?? 0;

    public bool Causal => _spec.Causal;

    public bool Normalize => Favor?.IsNormalized ?? true;

    /// <summary>The kernel by name: a member of <see cref="KernelFunction"/> or a method of the user's; null for exact attention.</summary>
    public string? Kernel => Favor?.KernelName;

    /// <summary>Whether features are f(ω_rᵀx̂) + ε rather than exponentials.</summary>
    public bool IsFunction => Favor?.Function is not null;

    /// <summary>Whether the kernel function is a method of the user's.</summary>
    public bool IsMethod => IsFunction && Kernel!.Contains('.', StringComparison.Ordinal);

    public float Epsilon => Favor?.Epsilon ?? 0;

    public int ProjectionRows => Favor?.ProjectionRows ?? 0;

    /// <summary>What the kernel gets of its hyperparameter; empty where it has none.</summary>
    public float[] Hyperparameters => Favor?.Lambda is { } lambda ? LayerParameters.Oprf(lambda, HeadDim) : [];

    /// <summary>λ of optimal positive features.</summary>
    public double Lambda => Favor!.Lambda!.Value;

    internal TileProgram Program { get; }

    internal IReadOnlyList<TileProgram> GradientPrograms { get; }

    /// <summary>f as the generator read it; null where features are exponentials.</summary>
    internal ScalarFunction? Function => Favor?.Function;

    private FavorSpec? Favor => _spec as FavorSpec;

    public static Layer Of<T>() => Of(typeof(T));

    public static Layer Of(Type type) => new(type);

    /// <summary>The layers whose outputs are averages of values with weights that are not negative.</summary>
    public static IEnumerable<Layer> All() => In(typeof(Layer).Namespace!);

    /// <summary>The layers of a namespace.</summary>
    public static IEnumerable<Layer> In(string space) =>
        typeof(Layer).Assembly.GetTypes()
            .Where(type => type.Namespace == space && type.IsClass && typeof(IAttention).IsAssignableFrom(type))
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .Select(type => new Layer(type));

    /// <summary>An instance with its projection weights, [projection rows, head dim]; empty for exact attention.</summary>
    public (IAttention Attention, float[] Weights) Create(ulong seed = 7)
    {
        if (Kernel is null)
        {
            return ((IAttention)Activator.CreateInstance(Type)!, []);
        }

        var projection = Favor!.Projection == Generator.Families.Favor.ProjectionKind.Hadamard
            ? Projection.Hadamard(ProjectionRows, HeadDim, seed)
            : Projection.Orthogonal(ProjectionRows, HeadDim, seed);
        return (Create(projection), projection.Weights.ToArray());
    }

    public IAttention Create(Projection projection) => (IAttention)Activator.CreateInstance(Type, projection)!;

    public override string ToString() => Type.Name;

    private static Dictionary<string, AttentionSpec> ReadSpecs()
    {
        // The generator reads the very files that this assembly was compiled from. What else is in them need not compile here.
        var tests = Path.Combine(Repository.Root, "tests");
        var files = new[] { "Behaviour", "Masks", "Rotary", "Decay", "Linformer", "RelativePositions", Path.Combine("Gpu", "Behaviour") }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(tests, folder), "*.cs"));
        var sources = files.Select(File.ReadAllText).ToArray();
        var run = new GeneratorRun([.. sources, "global using System;"]);
        return run.Result.TrackedSteps[KernelGenerator.DeclarationStep]
            .SelectMany(step => step.Outputs)
            .Select(output => (Declaration)output.Value)
            .ToDictionary(declaration => declaration.Type.HintName, declaration => declaration.Spec);
    }

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
