using System.Text;
using KernelGen.Generator.Attributes.Functions;
using KernelGen.Generator.Expressions;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace KernelGen.Tests.Expressions;

/// <summary>Reads methods of source text as the generator does.</summary>
internal sealed class FunctionReading
{
    private readonly CSharpCompilation _compilation;
    private readonly List<Diagnostic> _diagnostics = [];

    public FunctionReading(params string[] sources) => _compilation = CSharpCompilation.Create(
        "TestProject",
        sources.Select((source, index) => CSharpSyntaxTree.ParseText(
            SourceText.From(source, Encoding.UTF8), new CSharpParseOptions(LanguageVersion.Preview), $"/0/Test{index}.cs")),
        ProjectReferences.All,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>The function that a method of a type is.</summary>
    public ScalarFunction? Read(string type, string method) => KernelFunctionReader.Read(
        _compilation.GetTypeByMetadataName(type)!, method, null, _compilation, Location.None, _diagnostics.Add, default);

    /// <summary>Reads an expression over x, in a class with the members given.</summary>
    public static ScalarFunction? Of(string expression, string members = "") => new FunctionReading(
        $"using System; using KernelGen; class A {{ static float Phi(float x) => {expression}; {members} }}").Read("A", "Phi");
}
