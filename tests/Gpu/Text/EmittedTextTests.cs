using KernelGen.Generator;
using KernelGen.Generator.Layers;
using KernelGen.Generator.Families.Softmax;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace KernelGen.Gpu.Tests.Text;

/// <summary>Files with GPU kernels compile wherever a user may put a layer, and without a warning.</summary>
public sealed class EmittedTextTests
{
    private const string Declarations = """
        using KernelGen;

        namespace Sample
        {
            /// <summary>Documented, so that a missing comment on a generated member would show.</summary>
            [FavorAttention(HeadDim = 8, Features = 16)]
            public sealed partial class Plain;

            /// <summary>Hyperbolic.</summary>
            [FavorAttention(Kernel = KernelFunction.SoftmaxHyperbolic, HeadDim = 5, ValueDim = 3, Features = 6, Causal = true)]
            public partial class Chained
            {
                /// <summary>Seed 1.</summary>
                public Chained() : this(1UL) { }
            }

            /// <summary>A record, and every function of the device.</summary>
            [FavorAttention(KernelFunctionName = nameof(Phi), HeadDim = 8, Features = 16, Normalize = false)]
            public partial record Recorded
            {
                private static float Phi(float x) =>
                    System.MathF.Sin(x) + System.MathF.Cos(x) + System.MathF.Tanh(x) + System.MathF.Sqrt(System.MathF.Abs(x)) + System.MathF.Max(x, System.MathF.Min(1, x));
            }

            /// <summary>Tensor cores.</summary>
            [FavorAttention(HeadDim = 8, Features = 16, Causal = true, Precision = Precision.TensorFloat32)]
            public sealed partial class Tensor;

            /// <summary>Sums that fade by tokens.</summary>
            [FavorAttention(HeadDim = 8, Features = 16, Causal = true, TokenDecay = true)]
            public sealed partial class Fading;

            /// <summary>With the rest of rounding.</summary>
            [SoftmaxAttention(HeadDim = 5, Precision = Precision.TensorFloat32)]
            public sealed partial class TensorExact;

            /// <summary>A learned table and numbers of tokens.</summary>
            [SoftmaxAttention(HeadDim = 8, Causal = true, Positions = Positions.Rotary, Score = nameof(Bend))]
            public sealed partial class Biased
            {
                private static float Bend(
                    float score, int query, int key, [PerToken] int keyKind, [Learned(9)] System.ReadOnlySpan<float> bias) =>
                    keyKind == 0 ? score : score + bias[System.Math.Clamp(query - key, -4, 4) + 4];
            }

            /// <summary>A base class that has all the names already.</summary>
            [SoftmaxAttention(HeadDim = 8, Causal = true)]
            public partial class Derived : Chained;

            /// <summary>Containers of all kinds.</summary>
            public static partial class Outer<T> where T : class
            {
                internal partial interface IMiddle
                {
                    private readonly ref partial struct @event
                    {
                        [SoftmaxAttention(HeadDim = 1)] private sealed partial class @class<@in> where @in : struct;
                    }
                }
            }
        }
        """;

    /// <summary>An array in an attribute, which is not for assemblies that are CLS-compliant.</summary>
    private const string WithArray = """

        namespace Sample
        {
            /// <summary>Sums that fade by heads.</summary>
            [FavorAttention(
                Kernel = KernelFunction.Relu, HeadDim = 8, Features = 16, Causal = true, LogDecays = new[] { -0.5f, 0f },
                Precision = Precision.TensorFloat32)]
            public sealed partial class Retentive;
        }
        """;

    [Theory]
    [InlineData((LanguageVersion)1300)]
    [InlineData(LanguageVersion.Preview)]
    public void Compiles_without_warnings_and_without_unsafe(LanguageVersion version)
    {
        var run = Run(version, Declarations + WithArray);

        Assert.Equal(4 * 10, run.Files.Count);
        Assert.Empty(Warnings(run));
    }

    [Fact]
    public void An_assembly_that_is_CLS_compliant_compiles_without_warnings() => Assert.Empty(
        Warnings(Run(
            LanguageVersion.Preview, Declarations.Replace("using KernelGen;", "using KernelGen; [assembly: System.CLSCompliant(true)]"))));

    [Theory]
    [InlineData("")]
    [InlineData(", Precision = KernelGen.Precision.TensorFloat32")]
    public void Names_of_aliases_are_the_user_s_to_use(string argument) => Assert.Empty(Warnings(Run(LanguageVersion.Preview, $$"""
        namespace N { {{string.Join(' ', AllBackends.Registry.Aliases.Select(name => $"class {name} {"{ }"}"))}} }
        namespace N.M { [KernelGen.FavorAttention(HeadDim = 8, Features = 16, Causal = true{{argument}})] partial class A; }
        """)));

    [Fact]
    public void Framework_runtime_and_ILGPU_are_named_from_the_root()
    {
        foreach (var (name, text) in Run(LanguageVersion.Preview, Declarations).Files
            .Where(file => file.Key.Contains(".Ilgpu.", StringComparison.Ordinal)))
        {
            var root = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot();
            Assert.All(root.Usings, directive => Assert.True(
                directive.Alias is { } alias && alias.Name.Identifier.ValueText.StartsWith('_')
                && directive.NamespaceOrType.ToString().StartsWith("global::", StringComparison.Ordinal),
                $"{name}: {directive}"));

            // A qualified name that starts at one of these would bind to whatever the user has by that name nearby.
            var unrooted = root.DescendantNodes().OfType<IdentifierNameSyntax>()
                .Where(part =>
                    part.Identifier.ValueText is "System" or "KernelGen" or "ILGPU" && part.Parent is not AliasQualifiedNameSyntax);
            Assert.True(!unrooted.Any(), $"{name}: {unrooted.FirstOrDefault()?.Parent}");
        }
    }

    [Fact]
    public void A_user_s_own_names_do_not_disturb()
    {
        var run = Run(LanguageVersion.Preview, """
            namespace Sample.System { class Span { } }
            namespace Sample.KernelGen { class AttentionShape { } }
            namespace Sample.ILGPU { class Context { } }
            namespace Sample
            {
                class ArrayView<T> { } class Accelerator { } class Group { } class Grid { } class SharedMemory { } class Interop { }
                class CudaAsm { } class KernelConfig { } class Context { } class MemoryBuffer1D<T, U> { } class Stride1D { } class IntrinsicMath { } class GpuPlan { }
                [global::KernelGen.FavorAttention(HeadDim = 8, Features = 16, Causal = true, Precision = global::KernelGen.Precision.TensorFloat32)] partial class A
                {
                    class System { } class KernelGen { } class ILGPU { } class Math { } class Threads { } class AcceleratorStream { }
                }
            }
            """);

        Assert.Empty(Warnings(run));
    }

    [Fact]
    public void Gpu_is_the_only_member_that_the_files_add_and_is_in_the_list_that_collisions_are_checked_against()
    {
        var run = Run(LanguageVersion.Preview, "[KernelGen.SoftmaxAttention(HeadDim = 8)] partial class A;");
        var members = run.Output.GetTypeByMetadataName("A")!.GetMembers()
            .Where(member =>
                member.DeclaringSyntaxReferences.Any(part => part.SyntaxTree.FilePath.Contains(".Ilgpu.", StringComparison.Ordinal)));

        Assert.Equal("Gpu", Assert.Single(members).Name);
        Assert.Contains("Gpu", AllBackends.Registry.All.SelectMany(backend =>
            backend.Members(SoftmaxSpec.Example, new FamilyMembers(), programs: null)).Select(member => member.Name));
    }

    /// <summary>
    /// Without CS1701, which the SDK turns off in every project: the package is built on an older framework than the tests.
    /// </summary>
    private static IEnumerable<Diagnostic> Warnings(GeneratorRun run) => run.Warnings.Where(warning => warning.Id != "CS1701");

    private static GeneratorRun Run(LanguageVersion version, string code)
    {
        var run = new GeneratorRun(version, code).Reference(MetadataReference.CreateFromFile(typeof(ILGPU.Context).Assembly.Location));
        Assert.Empty(run.Reported);
        return run;
    }
}
