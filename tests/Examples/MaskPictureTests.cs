using KernelGen.Examples.Masks;
using KernelGen.Generator;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Families.Softmax;
using KernelGen.Generator.Positions;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Does docs/masks.md show what its layers do?</summary>
public sealed class MaskPictureTests
{
    private const string Hint = "dotnet run -c Release --project examples/08-Masks -- --svg-folder docs/masks";

    private static readonly string Docs = Path.Combine(Repository.Root, "docs");

    public static TheoryData<string> FileNames => [.. Pattern.All.Select(pattern => pattern.FileName)];

    [Theory]
    [MemberData(nameof(FileNames))]
    public void A_picture_and_its_row_are_what_the_layer_does(string fileName)
    {
        var pattern = Pattern.All.Single(one => one.FileName == fileName);
        var heads = Sight.Of(pattern);
        Same(fileName, MaskPicture.Draw(pattern, heads));
        Assert.Contains(Table.Row(pattern, heads), Page(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_picture_of_scores_is_up_to_date() => Same(ScorePicture.FileName, ScorePicture.Draw());

    [Fact]
    public void Declarations_of_the_page_are_those_of_the_layers()
    {
        var declarations = Declarations();
        Assert.NotEmpty(declarations);
        var page = Page();
        Assert.All(declarations, declaration => Assert.Contains(
            $"```csharp\n{declaration}\n```".Replace("internal", "public", StringComparison.Ordinal), page, StringComparison.Ordinal));
    }

    /// <summary>Blocks are cut where the kernels cut them: each is computed as a whole or not at all, and no pair beside them is.</summary>
    [Theory]
    [MemberData(nameof(FileNames))]
    public void Blocks_are_all_that_is_computed(string fileName)
    {
        var pattern = Pattern.All.Single(one => one.FileName == fileName);
        Assert.All(Sight.Of(pattern), head => Assert.Equal(head.ComputedPairs, head.Blocks.Sum(block => block.Queries * block.Keys)));
    }

    /// <summary>What the pictures say is computed without a mask is what the generator leaves the mask out of.</summary>
    [Theory]
    [MemberData(nameof(FileNames))]
    public void Blocks_are_masked_where_the_generator_says_so(string fileName)
    {
        var pattern = Pattern.All.Single(one => one.FileName == fileName);
        var heads = Sight.Of(pattern);
        var declaration = Declarations().Single(one => one.Identifier.Text == pattern.Create().GetType().Name);
        var run = new GeneratorRun($"using KernelGen;\n{declaration}");
        var read = Assert.IsType<Declaration>(run.Result.TrackedSteps[KernelGenerator.DeclarationStep].Single().Outputs.Single().Value);
        var surely = Assert.IsType<SoftmaxSpec>(read.Spec).Visibility.Surely;
        for (var head = 0; head < heads.Count; head++)
        {
            foreach (var block in heads[head].Blocks)
            {
                var first = pattern.Documents.Single(document => block.Query >= document.From && block.Query < document.To).From;
                var seesAll = surely.Evaluate(place => place switch
                {
                    Place.FirstQuery => block.Query - first,
                    Place.LastQuery => block.Query - first + block.Queries - 1,
                    Place.FirstKey => block.Key - first,
                    Place.LastKey => block.Key - first + block.Keys - 1,
                    Place.Head => head,
                    _ => throw new InvalidOperationException($"No mask here asks for {place}."),
                });
                Assert.Equal(seesAll, !block.IsMasked);
            }
        }
    }

    /// <summary>A NaN in a key that a query does not see does nothing to it, in whatever block both are.</summary>
    [Theory]
    [MemberData(nameof(FileNames))]
    public void NaN_in_a_key_reaches_those_who_see_it_alone(string fileName)
    {
        var pattern = Pattern.All.Single(one => one.FileName == fileName);
        var (layer, shape, tokens) = (pattern.Create(), pattern.Shape, pattern.Tokens);
        var (dim, sight) = (layer.HeadDim, Sight.Of(pattern));
        var random = new Random(1);
        var inputs = Inputs.Normal(random, shape.Heads * tokens * dim, 1);
        float[] Forward(float[] key)
        {
            var output = new float[inputs.Length];
            layer.Forward(inputs, key, inputs, output, shape, new() { Offsets = pattern.Offsets });
            return output;
        }

        var before = Forward(inputs);
        foreach (var key in new[] { 0, 100, 190, tokens - 1 })
        {
            float[] keys = [.. inputs];
            for (var head = 0; head < shape.Heads; head++)
            {
                keys[((head * tokens) + key) * dim] = float.NaN;
            }

            var after = Forward(keys);
            for (var row = 0; row < shape.Heads * tokens; row++)
            {
                var now = after.AsSpan(row * dim, dim);
                if (sight[row / tokens].Sees(row % tokens, key))
                {
                    Assert.True(float.IsNaN(now[0]));
                }
                else
                {
                    Compare.Same(before.AsSpan(row * dim, dim), now);
                }
            }
        }
    }

    /// <summary>A document gives the bits that it gives alone, whatever the mask.</summary>
    [Theory]
    [MemberData(nameof(FileNames))]
    public void Any_mask_goes_with_documents(string fileName)
    {
        int[] offsets = [0, 150, 210, 384];
        var layer = Pattern.All.Single(one => one.FileName == fileName).Create();
        layer.DegreeOfParallelism = 1;
        var dim = layer.HeadDim;
        float[] Normal(int seed) => Inputs.Normal(new Random(seed), offsets[^1] * dim, 1);
        var (query, key, value, packed) = (Normal(1), Normal(2), Normal(3), Normal(4));
        var shape = AttentionShape.Packed(offsets.Length - 1, heads: 1, offsets[^1], TensorLayout.BatchLengthHeadDim);
        layer.Forward(query, key, value, packed, shape, new() { Offsets = offsets });
        foreach (var (from, to) in offsets.Zip(offsets.Skip(1)))
        {
            var part = new Range(from * dim, to * dim);
            var alone = new float[(to - from) * dim];
            layer.Forward(query.AsSpan(part), key.AsSpan(part), value.AsSpan(part), alone, new AttentionShape(1, 1, to - from));
            Compare.Same(alone, packed.AsSpan(part));
        }
    }

    private static IReadOnlyList<ClassDeclarationSyntax> Declarations()
    {
        var layers = File.ReadAllText(Path.Combine(Repository.Root, "examples", "08-Masks", "Layers.cs"));
        return [.. CSharpSyntaxTree.ParseText(layers).GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>()];
    }

    private static string Page() => File.ReadAllText(Path.Combine(Docs, "masks.md"));

    private static void Same(string fileName, string svg) =>
        Assert.True(File.ReadAllText(Path.Combine(Docs, "masks", fileName)) == svg, $"docs/masks/{fileName} is another picture. Draw it: {Hint}");
}
