using System.Globalization;
using KernelGen.Generator.Layers;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Families.Favor;

/// <summary>
/// What a layer of random features has beside what all attention has: its projections, how they are drawn and redrawn, and φ for analysis.
/// </summary>
internal static class FavorMembers
{
    private const string Runtime = "global::KernelGen";
    private const string Inherited = "<inheritdoc/>";
    private const string Interface = "IRandomFeatureAttention";

    private static readonly MemberParameter
        Seed = new("ulong", "seed"),
        Projection = new(Runtime + ".Projection", "projection");

    public static FamilyMembers Of(FavorSpec spec) => new()
    {
        Interface = HasItemSets(spec) ? "IItemSetAttention" : Interface,
        Constants = [.. Constants(spec)],
        Constructors = type => [.. Constructors(type, spec)],
        Others = [.. Others(spec)],
        ExplicitProperties =
        [
            Member.Explicit("int", Interface, "Features", "Features"),
            Member.Explicit("bool", Interface, "Normalize", "Normalize"),
            .. spec.RotaryTheta is { } theta
                ? new[] { Member.Explicit("double?", Interface, "RotaryTheta", ExprPrinter.Literal(theta)) }
                : [],
            .. spec.Decay is null ? [] : new[] { Member.Explicit("bool", Interface, "Decays", "true") },
        ],

        // A user's function is a part of what the layer is, beyond its name.
        Declaration = spec.Function is { } function ? $" f(x) = {ProgramText.Describe(function.Body)}" : "",
    };

    /// <summary>Items have no order.</summary>
    private static bool HasItemSets(FavorSpec spec) => !spec.Causal && spec.RotaryTheta is null;

    private static IEnumerable<Member> Constants(FavorSpec spec)
    {
        yield return Member.Constant("int", "Features", Text(spec.Features), "m, the random features.");
        yield return Member.Constant(
            "bool", "Normalize", spec.IsNormalized ? "true" : "false", "Whether outputs are divided by the sum of their weights.");
        if (spec.Hyperparameter is { Declared: { } declared } number)
        {
            yield return Member.Constant("double", number.Property, declared.ToString("R", CultureInfo.InvariantCulture), number.Summary);
        }
    }

    private static IEnumerable<Member> Constructors(string type, FavorSpec spec)
    {
        var asks = spec.Hyperparameter is { Declared: null } undeclared ? undeclared : null;
        MemberParameter[] asked = asks is null ? [] : [new MemberParameter("double", asks.Parameter)];
        var documentation = asks is null ? "" : $"\n<param name=\"{asks.Parameter}\">{asks.Summary}</param>";
        var hyperparameters = spec.Hyperparameter is { } number
            ? $", {Runtime}.CompilerServices.LayerParameters.{number.Factory}({(asks is null ? number.Property : asks.Parameter)}, HeadDim)"
            : "";
        var passedOn = asks is null ? "" : $", {asks.Parameter}";
        var drawing = $"""
            <summary>Draws the {Text(spec.ProjectionRows)} random projections. The same seed gives the same layer on every machine.</summary>
            <param name="seed">Any number.</param>{documentation}
            """;
        yield return new Member(MemberKind.Constructor, type, "public", $"    : this({Draw(spec)}{passedOn})\n{{\n}}")
        {
            Documentation = drawing,
            Parameters = [asks is null ? Seed with { Default = "0" } : Seed, .. asked],
        };
        yield return new Member(MemberKind.Constructor, type, "public", $"    : this(unchecked((ulong)seed){passedOn})\n{{\n}}")
        {
            Documentation = drawing,
            Parameters = [Seed with { Type = "int" }, .. asked],
        };
        yield return new Member(MemberKind.Constructor, type, "public", $$"""
            {
                global::System.ArgumentNullException.ThrowIfNull(projection);
                _engine = CreateEngine(projection{{hyperparameters}});{{(asks is null ? "" : $"\n    {asks.Property} = {asks.Parameter};")}}
            }
            """)
        {
            Documentation = $"""
                <summary>Uses given projections, such as those of a trained model.</summary>
                <param name="projection">{Text(spec.ProjectionRows)} rows of {Text(spec.HeadDim)} numbers.</param>{documentation}
                <exception cref="global::System.ArgumentException">The projections have another size, or no structure where one is needed.</exception>
                """,
            Parameters = [Projection, .. asked],
        };
    }

    private static IEnumerable<Member> Others(FavorSpec spec)
    {
        yield return new Member(MemberKind.Property, "Projection", $"public {Runtime}.Projection", "=> Engine.Projection!;")
        {
            Documentation = Member.Summary($"The random projections ω_r in force, [{Text(spec.ProjectionRows)}, {Text(spec.HeadDim)}]."),
        };
        yield return new Member(MemberKind.Method, "Redraw", "public void", $"=> Engine.Redraw({Draw(spec)});")
        {
            Documentation = Inherited,
            Parameters = [Seed],
        };
        yield return new Member(MemberKind.Method, "Redraw", "public void", "=> Engine.Redraw(projection);")
        {
            Documentation = Inherited,
            Parameters = [Projection],
        };
        if (HasItemSets(spec))
        {
            yield return new Member(
                MemberKind.Method, "CreateItemSet", $"public {Runtime}.ItemSet", "=> Engine.CreateItemSet(FeatureMap, Normalize);")
            {
                Documentation = Inherited,
            };
        }

        yield return new Member(MemberKind.Property, "FeatureMap", $"public {Runtime}.FeatureMap", FeatureMap(spec))
        {
            Documentation = Inherited,
        };
        if (spec.Hyperparameter is { Declared: null } number)
        {
            yield return new Member(MemberKind.Property, number.Property, "public double", "{ get; }")
            {
                Documentation = Member.Summary(number.Summary),
            };
        }
    }

    /// <summary>φ as the runtime's analysis has it.</summary>
    private static string FeatureMap(FavorSpec spec)
    {
        const string Map = Runtime + ".FeatureMap.";
        if (spec.Function is not { } function)
        {
            return $"=> {Map}{NameOf(spec.Kernel)}{(spec.Hyperparameter is { } number ? $"({number.Property})" : "")};";
        }

        var writer = new SourceWriter();
        writer.Line($"{{ get; }} = {Map}Of(");
        using (writer.Indent())
        {
            FunctionLambda.Write(writer, function);
            writer.Line($"epsilon: {ExprPrinter.Literal(spec.Epsilon)}, name: \"{function.Name}\");");
        }

        return writer.ToString().TrimEnd('\n');
    }

    private static string NameOf(KernelFunction kernel) => kernel switch
    {
        KernelFunction.Softmax => "Positive",
        KernelFunction.SoftmaxHyperbolic => "Hyperbolic",
        KernelFunction.SoftmaxTrigonometric => "Trigonometric",
        KernelFunction.SoftmaxOprf => "Oprf",
        _ => "Exponential",
    };

    private static string Draw(FavorSpec spec) =>
        $"{Runtime}.Projection.{spec.Projection}(rows: {Text(spec.ProjectionRows)}, columns: {Text(spec.HeadDim)}, seed)";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
