using System.Text;
using KernelGen.Generator;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Xunit;

namespace KernelGen.Tests.Specs;

/// <summary>What users have around a layer: settings of the project, names of their own, long names.</summary>
public sealed class UserProjectTests
{
    private const int MostBytesOfAName = 143; // What the most restrictive file system in use allows; see FileName.

    [Fact]
    public void An_assembly_that_is_CLS_compliant_compiles_without_warnings()
    {
        // The user's own constructor that takes a ulong is the user's own.
        var run = new GeneratorRun(
            EmittedLayerTests.Declarations.Replace("using KernelGen;", "using KernelGen; [assembly: System.CLSCompliant(true)]"));

        Assert.Empty(run.Reported);
        Assert.Empty(run.Warnings);
    }

    [Fact]
    public void What_a_base_constructor_is_marked_with_is_not_said_in_generated_files()
    {
        var run = new GeneratorRun("""
            class Base { [System.Obsolete] public Base() { } }
            [KernelGen.SoftmaxAttention(HeadDim = 8)] partial class A : Base;
            """);

        Assert.Empty(run.Reported);
        Assert.Empty(run.Warnings);
    }

    /// <summary>Files open with aliases such as _Unsafe. Types of the user, wherever they are, may be called so too.</summary>
    [Theory]
    [InlineData("{0} namespace N.M { {1} { } }")]
    [InlineData("namespace N { {0} } namespace N.M { {1} { } }")]
    [InlineData("namespace N.M { {0} {1} { } }")]
    [InlineData("namespace N.M { partial class Outer { {0} {1} { } } }")]
    [InlineData("namespace N.M { partial class Outer { {0} } } namespace N.M { partial class Outer { {1} { } } }")]
    [InlineData("namespace N.M { class Base { {0} } partial class Outer : Base { {1} { } } }")]
    [InlineData("namespace N.M { {1} { {0} } }")]
    [InlineData("namespace N.M { class Base { {0} } {1} : Base { } }")]
    [InlineData("namespace N.M { {1}<{2}> { } }")]
    [InlineData("namespace N.M { partial class Outer<{2}> { {1} { } } }")]
    [InlineData("global using {3}; namespace N.M { {1} { } }")]
    public void Names_of_aliases_are_the_user_s_to_use(string place)
    {
        var run = new GeneratorRun(place
            .Replace(
                "{0}", string.Join(' ', AllBackends.Registry.Aliases.Select(name => $"internal class {name} {{ }}")),
                StringComparison.Ordinal)
            .Replace("{1}", "[KernelGen.FavorAttention(HeadDim = 8, Features = 16)] partial class A", StringComparison.Ordinal)
            .Replace("{2}", string.Join(", ", AllBackends.Registry.Aliases), StringComparison.Ordinal)
            .Replace(
                "{3}", string.Join("; global using ", AllBackends.Registry.Aliases.Select(name => $"{name} = System.String")),
                StringComparison.Ordinal));

        Assert.Empty(run.Reported);
        Assert.Empty(run.Warnings);
    }

    [Fact]
    public void A_layer_may_have_the_name_of_an_alias()
    {
        var run = new GeneratorRun("""
            namespace _Products;
            [KernelGen.FavorAttention(KernelFunctionName = nameof(Phi), HeadDim = 8, Features = 16)] partial class _Unsafe<_Floats>
            {
                static float Phi(float x) => x * x;
            }
            """);

        Assert.Empty(run.Reported);
        Assert.Empty(run.Warnings);
        Assert.Contains("kernel _Products._Unsafe<_Floats>.Phi", run.Files["_Products._Unsafe-1.Cpu.g.cs"]);
    }

    [Fact]
    public void Another_name_for_an_alias_is_free_too()
    {
        var run = new GeneratorRun("class _Unsafe { } class _Unsafe_2 { } [KernelGen.SoftmaxAttention(HeadDim = 8)] partial class A;");

        Assert.Empty(run.Warnings);
        Assert.Contains("using _Unsafe_3 = global::System.Runtime.CompilerServices.Unsafe;", run.Files["A.Cpu.g.cs"]);
        Assert.Contains("using _MethodImpl = ", run.Files["A.Cpu.g.cs"]);
    }

    /// <summary>Half the letters in one namespace: Cyrillic, two bytes each; the types differ in what is cut off.</summary>
    [Fact]
    public void Long_names_make_files_that_can_be_written()
    {
        var longest = new string('Ж', 500);
        var run = new GeneratorRun($$"""
            using KernelGen;
            namespace Aux { [SoftmaxAttention(HeadDim = 8)] partial class A; }
            namespace com1.N { [SoftmaxAttention(HeadDim = 8)] partial class A; }
            namespace Auxiliary { [SoftmaxAttention(HeadDim = 8)] partial class A; }
            namespace {{longest}}.N { [SoftmaxAttention(HeadDim = 8)] partial class A; [SoftmaxAttention(HeadDim = 8)] partial class a; }
            namespace {{longest}}.M { [SoftmaxAttention(HeadDim = 8)] partial class A; }
            namespace {{longest}}Ж.N { [SoftmaxAttention(HeadDim = 8)] partial class A; }
            namespace N { [SoftmaxAttention(HeadDim = 8)] partial class {{longest}}; [SoftmaxAttention(HeadDim = 8)] partial class {{longest}}Ж; }
            """).Reference(IlgpuReference.Minimal);

        Assert.Empty(run.Reported);
        Assert.Equal(9 * 4, run.Files.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(run.Files.Keys, name => Assert.InRange(Encoding.UTF8.GetByteCount(name), 1, MostBytesOfAName));
        Assert.Equal(4, run.Files.Keys.Count(name => name.StartsWith("Auxiliary.A.", StringComparison.Ordinal)));
        Assert.DoesNotContain(run.Files.Keys, name => name.Split('.')[0] is "Aux" or "com1");
        string[] ends = ["Ж.N.A.", "Ж.M.A."];
        Assert.Equal(16, run.Files.Keys.Count(name => ends.Any(end => name.Contains(end, StringComparison.OrdinalIgnoreCase))));
    }
}
