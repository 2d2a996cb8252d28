using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Families;
using KernelGen.Generator.Layers;
using KernelGen.Generator.Specs;
using KernelGen.Generator.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace KernelGen.Generator;

/// <summary>The entry point: attention attributes in, source text out. README.md in this folder walks through the steps.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class KernelGenerator : IIncrementalGenerator
{
    /// <summary>The names of the cached steps, by which tests watch what is recomputed.</summary>
    internal const string TargetStep = "Target", DeclarationStep = "Declaration", LayerStep = "Layer", FileStep = "File", GpuStep = "Gpu";

    private readonly FamilyRegistry _families;

    /// <summary>The generator that compilers load.</summary>
    public KernelGenerator()
        : this(FamilyRegistry.Default)
    {
    }

    /// <summary>A generator of other families than users have.</summary>
    internal KernelGenerator(FamilyRegistry families) => _families = families;

    /// <summary>Without a byte order mark, so that files written to disk start with their first line.</summary>
    private static readonly Encoding Utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // 1. Reduce the compilation to the few facts that emitted text needs.
        var target = context.CompilationProvider
            .Select(static (compilation, _) => TargetFacts.Of(compilation))
            .WithTrackingName(TargetStep);
        var ilgpu = context.CompilationProvider
            .Select(static (compilation, _) => TargetFacts.IlgpuOf(compilation))
            .WithTrackingName(GpuStep);

        var isDebug = context.CompilationProvider.Select(static (compilation, _) => compilation.Options.OptimizationLevel == OptimizationLevel.Debug);

        var all = target.Select(static (_, _) => EquatableArray<Declaration>.Empty);
        var read = target.Select(static (_, _) => ImmutableArray<Reading>.Empty);
        foreach (var family in _families.Families)
        {
            // 2. Find each type that carries the family's attribute and read it: a declaration without Roslyn types, and diagnostics.
            var readings = context.SyntaxProvider.ForAttributeWithMetadataName(
                family.AttributeName, static (node, _) => node is TypeDeclarationSyntax, (found, cancel) => DeclarationReader.Read(found, _families, cancel));

            read = read.Combine(readings.Collect()).Select(static (lists, _) => lists.Left.AddRange(lists.Right));

            // 3. Carry on with the declarations alone: from here on everything is equal by value.
            var declarations = readings.SelectMany(static (reading, _) => reading.Declarations);
            all = all.Combine(declarations.Collect()).Select(static (lists, _) => lists.Left.Followed(lists.Right));
        }

        // 4. Give each its own file name, and build what it comes to: programs, members, objections.
        var layers = all.SelectMany(static (list, _) => list.WithUniqueNames()).WithTrackingName(DeclarationStep)
            .Select((declaration, _) => LayerModel.Build(declaration, _families)).WithTrackingName(LayerStep);

        // 5. Report the diagnostics. They hold locations, so this branch is never cached.
        context.RegisterSourceOutput(
            read.Combine(target.Combine(ilgpu).Combine(isDebug.Combine(layers.Collect()))),
            static (output, found) => Report(output, found.Left, found.Right.Left.Left, found.Right.Left.Right, found.Right.Right.Left, found.Right.Right.Right));

        // 6. Print, one cached output each.
        var cpuFiles = layers.Select(static (layer, _) => layer.ForCpu()).WithTrackingName(FileStep);
        context.RegisterSourceOutput(cpuFiles.Combine(target), static (output, file) => Emit(output, file.Left, file.Right));

        // 7. Where the project references ILGPU, files of GPU kernels, which those of the CPU do not depend on.
        var gpuFiles = layers.Combine(ilgpu)
            .Where(static file => file.Right.IsReachable && file.Left.Declaration.Backends.WantsGpu())
            .Select(static (file, _) => file.Left).WithTrackingName(FileStep);
        context.RegisterSourceOutput(gpuFiles.Combine(target), static (output, file) => EmitGpu(output, file.Left, file.Right));
    }

    /// <summary>Reports what is wrong with the declarations: once, where several name the same faulty kernel function.</summary>
    private static void Report(
        SourceProductionContext output, ImmutableArray<Reading> readings, TargetFacts target, Visibility ilgpu, bool isDebug,
        ImmutableArray<LayerModel> layers)
    {
        var bySpec = layers.GroupBy(static layer => layer.Declaration.Spec).ToDictionary(static same => same.Key, static same => same.First());
        if (isDebug && readings.FirstOrDefault(static reading => reading.Declaration is not null) is { Attribute: { } first })
        {
            output.ReportDiagnostic(Diagnostic.Create(Rules.NotOptimized, first));
        }

        var reported = new HashSet<(string, Location, string)>();
        foreach (var reading in readings)
        {
            var environment = reading.Attribute is { } attribute ? target.Diagnose(attribute) : [];
            var gpu = reading.Gpu?.Diagnose(ilgpu) ?? [];
            var backends = reading.Declaration is { } declaration && bySpec.TryGetValue(declaration.Spec, out var layer) ? Diagnose(reading, layer, ilgpu) : [];
            foreach (var diagnostic in environment.Concat(gpu).Concat(backends).Concat(reading.Diagnostics))
            {
                if (reported.Add((diagnostic.Id, diagnostic.Location, diagnostic.GetMessage(CultureInfo.InvariantCulture))))
                {
                    output.ReportDiagnostic(diagnostic);
                }
            }
        }
    }

    private static IEnumerable<Diagnostic> Diagnose(Reading reading, LayerModel layer, Visibility ilgpu)
    {
        if (layer.CpuObjection is { } onCpu)
        {
            yield return Diagnostic.Create(Rules.NotOnCpu, reading.Attribute, onCpu);
        }
        else if (layer.GpuObjection is { } onGpu && reading.Gpu is { } wish && ilgpu.IsReachable)
        {
            yield return Diagnostic.Create(Rules.NotOnGpu, wish.Place, onGpu);
        }
    }

    private static void Emit(SourceProductionContext output, LayerModel layer, TargetFacts target)
    {
        if (target.IsSupported && layer.CpuObjection is null)
        {
            Write(output, layer, ".Cpu.g.cs", programs => LayerEmitter.Forward(layer, programs, output.CancellationToken));
            Write(output, layer, ".Gradients.g.cs", programs => LayerEmitter.Gradients(layer, programs, output.CancellationToken));
        }
    }

    private static void EmitGpu(SourceProductionContext output, LayerModel layer, TargetFacts target)
    {
        if (target.IsSupported && layer is { CpuObjection: null, GpuObjection: null })
        {
            Write(output, layer, ".Ilgpu.g.cs", programs => GpuLayerEmitter.Emit(layer.Declaration, programs));
            Write(output, layer, ".Ilgpu.Gradients.g.cs", programs => programs.Gradients.Count > 0 ? GpuLayerEmitter.EmitGradients(layer.Declaration, programs) : null);
        }
    }

    /// <summary>Writes a file, or none where there is nothing to say.</summary>
    private static void Write(SourceProductionContext output, LayerModel layer, string suffix, Func<LayerPrograms, string?> emit)
    {
        var name = layer.Declaration.Type.HintName;
        try
        {
            if (layer.Programs is not { } programs)
            {
                output.ReportDiagnostic(Failure.Describe(name, layer.Failure!, Location.None));
            }
            else if (emit(programs) is { } text)
            {
                output.AddSource(name + suffix, SourceText.From(text, Utf8));
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            output.ReportDiagnostic(Failure.Describe(name, error, Location.None));
        }
    }
}
