using System.Text.RegularExpressions;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace KernelGen.Tests.Specs;

/// <summary>
/// The folders of the generator know each other as the table in its README says, one way only. What knows what is asked of the compiler,
/// not of using directives.
/// </summary>
public sealed class RoomTests
{
    private const string Root = "";

    private static readonly Lazy<IReadOnlyDictionary<string, string[]>> Allowed = new(ReadTable);

    private static readonly Lazy<IReadOnlyList<Arrow>> Arrows = new(() => [.. Find(GeneratorSource.Compilation)]);

    [Fact]
    public void Every_folder_is_in_the_table()
    {
        var folders = GeneratorSource.Compilation.SyntaxTrees
            .Select(tree => Path.GetDirectoryName(tree.FilePath)!.Replace('\\', '/'))
            .Where(folder => folder != Root);
        Assert.Equal(Allowed.Value.Keys.Order(), folders.Select(RoomOf).Where(room => room != Root).Distinct().Order());
    }

    [Fact]
    public void No_arrow_is_missing_in_the_table() => Assert.Empty(
        Arrows.Value.Where(arrow => arrow.From != Root && !Allowed.Value[arrow.From].Contains(arrow.To))
            .Select(arrow => $"{arrow.From} knows {arrow.To}: {arrow.Where}"));

    [Fact]
    public void No_arrow_of_the_table_is_stale() => Assert.Empty(
        Allowed.Value.SelectMany(room => room.Value.Select(to => (From: room.Key, To: to)))
            .Except(Arrows.Value.Select(arrow => (arrow.From, arrow.To))));

    [Fact]
    public void No_room_is_known_by_one_that_it_knows()
    {
        var left = Allowed.Value.ToDictionary();
        while (left.Keys.FirstOrDefault(room => !left[room].Any(left.ContainsKey)) is { } bottom)
        {
            left.Remove(bottom);
        }

        Assert.Empty(left.Keys);
    }

    [Fact]
    public void The_wiring_stays_short()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "generator", "KernelGenerator.cs"));
        var first = Array.FindIndex(lines, line => line.Contains("void Initialize("));

        Assert.InRange(Array.FindIndex(lines, first, line => line == "    }") - first, 1, 60);
    }

    /// <summary>The tests above find what they are for.</summary>
    [Fact]
    public void Arrows_are_found_wherever_a_type_is_used()
    {
        SyntaxTree[] trees =
        [
            Tree("Text/A.cs", "namespace T; class A { public static A Make() => new A(); public B B; } class B { public int Number; }"),
            Tree("Tiles/C.cs", "namespace T2; class C { int F() { var made = U.D.Helper(); return made.B.Number; } }"),
            Tree("Values/D.cs", "namespace U; static class D { public static T.A Helper() => T.A.Make(); }"),
        ];
        var found = Find(CSharpCompilation.Create("rooms", trees, ProjectReferences.Framework))
            .Select(arrow => (arrow.From, arrow.To)).Distinct();
        Assert.Equal([("Tiles", "Text"), ("Tiles", "Values"), ("Values", "Text")], found.Order());

        static SyntaxTree Tree(string path, string text) => CSharpSyntaxTree.ParseText(text, path: path);
    }

    private static IEnumerable<Arrow> Find(Compilation compilation)
    {
        var found = new HashSet<(string, string)>();
        foreach (var tree in compilation.SyntaxTrees)
        {
            var (from, model) = (RoomOf(tree.FilePath), compilation.GetSemanticModel(tree));
            foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                foreach (var type in TypesOf(model.GetSymbolInfo(name).Symbol))
                {
                    var to = type.DeclaringSyntaxReferences.Select(part => RoomOf(part.SyntaxTree.FilePath)).FirstOrDefault();
                    if (to is not (null or Root) && to != from && found.Add((from, to)))
                    {
                        yield return new(from, to, $"{tree.FilePath} uses {type.Name}");
                    }
                }
            }
        }
    }

    /// <summary>The type that a name stands for, or the one that has the member of that name and the one that this gives.</summary>
    private static IEnumerable<ITypeSymbol> TypesOf(ISymbol? symbol) => symbol switch
    {
        ITypeSymbol type => [type],
        IMethodSymbol method => [method.ContainingType, method.ReturnType],
        IPropertySymbol property => [property.ContainingType, property.Type],
        IFieldSymbol field => [field.ContainingType, field.Type],
        _ => [],
    };

    /// <summary>The longest path of the table that a file or folder is in; the root where it is in none.</summary>
    private static string RoomOf(string path)
    {
        var normal = path.Replace('\\', '/') + "/";
        return Allowed.Value.Keys.Where(room => normal.StartsWith(room + "/", StringComparison.Ordinal)).MaxBy(room => room.Length) ?? Root;
    }

    private static Dictionary<string, string[]> ReadTable()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "generator", "README.md"));
        return lines.SkipWhile(line => line != "## Folders").Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|'))
            .ToDictionary(cells => Names(cells[0]).Single(), cells => Names(cells[^1]).ToArray());

        static IEnumerable<string> Names(string cell) => Regex.Matches(cell, "`([^`]+)`").Select(name => name.Groups[1].Value);
    }

    /// <summary>One room knows another.</summary>
    private sealed record Arrow(string From, string To, string Where);
}
