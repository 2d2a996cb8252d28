using System.Text;
using KernelGen.Bench.Kernels;
using KernelGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Bench.Roofline;

/// <summary>The generator, run here on the text of the declarations that are measured.</summary>
internal static class EmittedText
{
    /// <summary>The size in bytes of what each declaration turns into.</summary>
    public static IReadOnlyDictionary<BenchKernel, int> Sizes()
    {
        var files = NewDriver().RunGenerators(Compilation(Declarations())).GetRunResult().Results.Single().GeneratedSources
            .ToDictionary(source => source.HintName, source => Encoding.UTF8.GetByteCount(source.SourceText.ToString()));
        return KernelCatalog.All.ToDictionary(kernel => kernel, kernel => files[kernel.Type.FullName + ".Cpu.g.cs"]);
    }

    /// <summary>A driver with empty caches.</summary>
    public static GeneratorDriver NewDriver() => CSharpGeneratorDriver.Create(new KernelGenerator());

    /// <summary>The text of each file of declarations.</summary>
    public static IEnumerable<string> Declarations()
    {
        var assembly = typeof(EmittedText).Assembly;
        foreach (var name in assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("Declarations/", StringComparison.Ordinal)).Order())
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return reader.ReadToEnd();
        }
    }

    /// <summary>A project of these files with a user's references: the framework, the attributes and the runtime.</summary>
    public static CSharpCompilation Compilation(params IEnumerable<string> sources)
    {
        var home = Path.GetDirectoryName(typeof(object).Assembly.Location);
        var framework = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == home);
        string[] own = [typeof(FavorAttentionAttribute).Assembly.Location, typeof(IAttention).Assembly.Location];
        return CSharpCompilation.Create(
            "Project",
            sources.Select(source => CSharpSyntaxTree.ParseText(source)),
            framework.Concat(own).Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
    }
}
