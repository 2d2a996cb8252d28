using System.Reflection;
using KernelGen.Generator;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Xunit;

namespace KernelGen.Tests.Incrementality;

/// <summary>
/// What the cached half of the pipeline keeps must not keep a compilation alive, nor compare by reference.
/// </summary>
public sealed class ObjectGraphTests
{
    private const BindingFlags OwnFields =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData(KernelGenerator.TargetStep)]
    [InlineData(KernelGenerator.DeclarationStep)]
    [InlineData(KernelGenerator.LibraryStep)]
    public void Cached_steps_hold_no_Roslyn_objects(string step)
    {
        var run = new GeneratorRun("""
            using KernelGen;
            namespace N
            {
                partial class Outer<T>
                {
                    [FavorAttention(HeadDim = 8, Features = 16)] partial class A { }
                    [SoftmaxAttention(HeadDim = 8)] partial class B { }
                    [FavorAttention(Kernel = KernelFunction.SoftmaxOprf, Projection = ProjectionKind.Hadamard, HeadDim = 8, Features = 16)]
                    partial class C { }
                    [FavorAttention(KernelFunctionName = nameof(Phi), HeadDim = 8, Features = 16, Epsilon = 1)]
                    partial class D
                    {
                        const float Slope = 2;
                        static float Phi(float x) => Twice(x) > 0 && x != 3 ? Slope * x : System.MathF.Exp(x);
                        static float Twice(float x) { var y = x; y += x; return y; }
                    }
                }
            }
            """);

        var values = run.Result.TrackedSteps[step].SelectMany(tracked => tracked.Outputs).Select(output => output.Value).ToList();

        Assert.Equal(
            step == KernelGenerator.DeclarationStep ? 4 : step == KernelGenerator.LibraryStep ? AllBackends.Registry.All.Count : 1,
            values.Count);
        Assert.All(values, value => Assert.Null(FindRoslynObject(value, [])));
    }

    [Fact]
    public void The_check_finds_what_is_hidden_deep()
    {
        var compilation = new GeneratorRun("class A { }").Compilation;

        Assert.NotNull(FindRoslynObject(new { Deep = new object[] { new Lazy<int>(1), Tuple.Create(compilation.Assembly) } }, []));
        Assert.NotNull(FindRoslynObject(new List<object> { compilation.SyntaxTrees[0].GetRoot().GetLocation() }, []));
    }

    private static object? FindRoslynObject(object? value, HashSet<object> seen)
    {
        if (value is null or string or Enum || value.GetType().IsPrimitive || (!value.GetType().IsValueType && !seen.Add(value)))
        {
            return null;
        }

        if (value is ISymbol or AttributeData or SyntaxNode or SyntaxTree or SyntaxReference
            or Compilation or SemanticModel or Location or Diagnostic)
        {
            return value;
        }

        if (value is Array items)
        {
            return items.Cast<object?>().Select(item => FindRoslynObject(item, seen)).FirstOrDefault(found => found is not null);
        }

        for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            // Reflection's own objects lead everywhere and belong to no compilation.
            if (value is MemberInfo or Assembly or Module or Pointer)
            {
                return null;
            }

            foreach (var field in type.GetFields(OwnFields))
            {
                if (!field.FieldType.IsPointer && FindRoslynObject(field.GetValue(value), seen) is { } found)
                {
                    return found;
                }
            }
        }

        return null;
    }
}
