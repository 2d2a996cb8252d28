using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Layers;
using KernelGen.Generator.Readers;
using KernelGen.Generator.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace KernelGen.Generator;

/// <summary>The entry point: attention attributes in, source text out. README.md in this folder walks through the steps.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class KernelGenerator : IIncrementalGenerator
{
    /// <summary>The names of the cached steps, by which tests watch what is recomputed.</summary>
    internal const string TargetStep = "Target", DeclarationStep = "Declaration", LayerStep = "Layer", FileStep = "File",
        LibraryStep = "Library";

    /// <summary>Without a byte order mark, so that files written to disk start with their first line.</summary>
    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    private readonly FamilyRegistry _families;
    private readonly BackendRegistry _backends;

    /// <summary>The generator that compilers load.</summary>
    public KernelGenerator()
        : this(AllFamilies.Registry)
    {
    }

    /// <summary>A generator of other families than users have.</summary>
    internal KernelGenerator(FamilyRegistry families) => (_families, _backends) = (families, AllBackends.Registry);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // 1. Reduce the compilation to the few facts that emitted text needs.
        var target = context.CompilationProvider
            .Select(static (compilation, _) => TargetFacts.Of(compilation))
            .WithTrackingName(TargetStep);
        var isDebug = context.CompilationProvider
            .Select(static (compilation, _) => compilation.Options.OptimizationLevel == OptimizationLevel.Debug);

        var all = target.Select(static (_, _) => EquatableArray<Declaration>.Empty);
        var read = target.Select(static (_, _) => ImmutableArray<Reading>.Empty);
        foreach (var family in _families.Families)
        {
            // 2. Find each type that carries the family's attribute and read it: a declaration without Roslyn types, and diagnostics.
            var readings = context.SyntaxProvider.ForAttributeWithMetadataName(
                family.AttributeName, static (node, _) => node is TypeDeclarationSyntax,
                (found, cancel) => DeclarationReader.Read(
                    found.TargetNode, found.TargetSymbol, found.Attributes, found.SemanticModel, _families, _backends, cancel));

            read = read.Combine(readings.Collect()).Select(static (lists, _) => lists.Left.AddRange(lists.Right));

            // 3. Carry on with the declarations alone: from here on everything is equal by value.
            var declarations = readings.SelectMany(static (reading, _) => reading.Declarations);
            all = all.Combine(declarations.Collect()).Select(static (lists, _) => lists.Left.Followed(lists.Right));
        }

        // 4. Give each its own file name, and build what it comes to: programs, members, objections.
        var layers = all.SelectMany(static (list, _) => list.WithUniqueNames()).WithTrackingName(DeclarationStep)
            .Select((declaration, _) => LayerModel.Build(declaration, _families, _backends)).WithTrackingName(LayerStep);

        var libraries = target.Select(static (_, _) => EquatableArray<Visibility>.Empty);
        foreach (var backend in _backends.All)
        {
            // 5. See whether the project references what the backend's files name. Files of the others do not depend on it.
            var library = context.CompilationProvider
                .Select((compilation, _) => VisibilityFor(backend, compilation))
                .WithTrackingName(LibraryStep);
            libraries = libraries.Combine(library).Select(static (list, _) => list.Left.Followed([list.Right]));

            // 6. Print, one cached output a layer and backend.
            var files = layers.Combine(library)
                .Where(file => file.Right.IsReachable && backend.IsWanted(file.Left.Declaration.Backends))
                .Select((file, _) => file.Left.PartOf(backend)).WithTrackingName(FileStep);
            context.RegisterSourceOutput(files.Combine(target), (output, file) => Emit(output, backend, file.Left, file.Right));
        }

        // 7. Report the diagnostics. They hold locations, so this branch is never cached.
        context.RegisterSourceOutput(
            read.Combine(target.Combine(libraries).Combine(isDebug.Combine(layers.Collect()))),
            (output, found) => Report(
                output, found.Left, found.Right.Left.Left, found.Right.Left.Right, found.Right.Right.Left, found.Right.Right.Right));
    }

    private static Visibility VisibilityFor(Backend backend, Compilation compilation) =>
        backend.Library is { } library ? Visibility.Of(compilation, library.TypeName) : Visibility.Certain;

    /// <summary>Reports what is wrong with the declarations: once, where several name the same faulty kernel function.</summary>
    /// <param name="libraries">What each backend needs, in the order of the registry.</param>
    private void Report(
        SourceProductionContext output, ImmutableArray<Reading> readings, TargetFacts target, EquatableArray<Visibility> libraries,
        bool isDebug, ImmutableArray<LayerModel> layers)
    {
        var bySpec = layers.GroupBy(static layer => layer.Declaration.Spec)
            .ToDictionary(static same => same.Key, static same => same.First());
        if (isDebug && readings.FirstOrDefault(static reading => reading.Declaration is not null) is { Attribute: { } first })
        {
            output.ReportDiagnostic(Diagnostic.Create(Rules.NotOptimized, first));
        }

        var visibility = _backends.All.Zip(libraries, static (backend, library) => (backend, library))
            .ToDictionary(pair => pair.backend, pair => pair.library);
        var reported = new HashSet<(string, Location, string)>();
        foreach (var reading in readings)
        {
            var environment = reading.Attribute is { } attribute ? target.Diagnose(attribute) : [];
            var references = reading.Wishes.SelectMany(wish => wish.Diagnose(visibility[wish.Backend]));
            var refusals = reading.Declaration is { } declaration && bySpec.TryGetValue(declaration.Spec, out var layer)
                ? Refusals(reading, layer, visibility)
                : [];
            foreach (var diagnostic in environment.Concat(references).Concat(refusals).Concat(reading.Diagnostics))
            {
                if (reported.Add((diagnostic.Id, diagnostic.Location, diagnostic.GetMessage(CultureInfo.InvariantCulture))))
                {
                    output.ReportDiagnostic(diagnostic);
                }
            }
        }
    }

    /// <summary>Why backends cannot compute the layer. Where the first cannot there is no layer, and no more to say.</summary>
    private IEnumerable<Diagnostic> Refusals(Reading reading, LayerModel layer, Dictionary<Backend, Visibility> visibility)
    {
        if (layer.ObjectionOf(_backends.First) is { } objection)
        {
            return [Diagnostic.Create(_backends.First.Refusal, reading.Attribute, objection)];
        }

        return reading.Wishes
            .Where(wish => visibility[wish.Backend].IsReachable && layer.ObjectionOf(wish.Backend) is not null)
            .Select(wish => Diagnostic.Create(wish.Backend.Refusal, wish.Place, layer.ObjectionOf(wish.Backend)));
    }

    /// <summary>Writes the files of a backend. What goes wrong inside is a diagnostic.</summary>
    private void Emit(SourceProductionContext output, Backend backend, LayerModel layer, TargetFacts target)
    {
        if (!target.IsSupported || layer.ObjectionOf(_backends.First) is not null || layer.ObjectionOf(backend) is not null)
        {
            return;
        }

        var name = layer.Declaration.Type.HintName;
        if (layer.Programs is not { } programs)
        {
            output.ReportDiagnostic(Failure.Describe(name, layer.Failure!, Location.None));
            return;
        }

        foreach (var file in backend.Files(layer, programs, output.CancellationToken))
        {
            try
            {
                output.AddSource(name + file.Suffix, SourceText.From(file.Write(), Utf8));
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                output.ReportDiagnostic(Failure.Describe(name, error, Location.None));
            }
        }
    }
}
