using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Families;
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
    internal const string TargetStep = "Target", DeclarationStep = "Declaration", GpuStep = "Gpu";

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

        // 4. Report the diagnostics. They hold locations, so this branch is never cached; what backends object to is, spec by spec.
        var objections = all.SelectMany(static (list, _) => list.Select(static declaration => declaration.Spec).Distinct())
            .Select((spec, _) => BackendObjections.To(spec, _families))
            .Collect();
        context.RegisterSourceOutput(
            read.Combine(target.Combine(ilgpu).Combine(isDebug.Combine(objections))),
            static (output, found) => Report(output, found.Left, found.Right.Left.Left, found.Right.Left.Right, found.Right.Right.Left, found.Right.Right.Right));

        // 5. Give each its own file name, then emit, one cached output each.
        var files = all.SelectMany(static (list, _) => list.WithUniqueNames()).WithTrackingName(DeclarationStep);
        var cpuFiles = files.Select(static (file, _) => file.ForCpu);
        context.RegisterSourceOutput(cpuFiles.Combine(target), (output, file) => Emit(output, file.Left, file.Right));

        // 6. Where the project references ILGPU, files of GPU kernels, which those of the CPU do not depend on.
        var gpuFiles = files.Combine(ilgpu)
            .Where(static file => file.Right.IsReachable && file.Left.Backends.WantsGpu())
            .Select(static (file, _) => file.Left);
        context.RegisterSourceOutput(gpuFiles.Combine(target), (output, file) => EmitGpu(output, file.Left, file.Right));
    }

    /// <summary>Reports what is wrong with the declarations: once, where several name the same faulty kernel function.</summary>
    private static void Report(
        SourceProductionContext output, ImmutableArray<Reading> readings, TargetFacts target, Visibility ilgpu, bool isDebug,
        ImmutableArray<BackendObjections> objections)
    {
        var bySpec = objections.ToDictionary(static objection => objection.Spec);
        if (isDebug && readings.FirstOrDefault(static reading => reading.Declaration is not null) is { Attribute: { } first })
        {
            output.ReportDiagnostic(Diagnostic.Create(Rules.NotOptimized, first));
        }

        var reported = new HashSet<(string, Location, string)>();
        foreach (var reading in readings)
        {
            var environment = reading.Attribute is { } attribute ? target.Diagnose(attribute) : [];
            var gpu = reading.Gpu?.Diagnose(ilgpu) ?? [];
            var backends = reading.Declaration is { } declaration ? Diagnose(reading, bySpec[declaration.Spec], ilgpu) : [];
            foreach (var diagnostic in environment.Concat(gpu).Concat(backends).Concat(reading.Diagnostics))
            {
                if (reported.Add((diagnostic.Id, diagnostic.Location, diagnostic.GetMessage(CultureInfo.InvariantCulture))))
                {
                    output.ReportDiagnostic(diagnostic);
                }
            }
        }
    }

    private static IEnumerable<Diagnostic> Diagnose(Reading reading, BackendObjections objections, Visibility ilgpu)
    {
        if (objections.Cpu is { } onCpu)
        {
            yield return Diagnostic.Create(Rules.NotOnCpu, reading.Attribute, onCpu);
        }
        else if (objections.Gpu is { } onGpu && reading.Gpu is { } wish && ilgpu.IsReachable)
        {
            yield return Diagnostic.Create(Rules.NotOnGpu, wish.Place, onGpu);
        }
    }

    private void Emit(SourceProductionContext output, Declaration declaration, TargetFacts target)
    {
        if (target.IsSupported && BackendObjections.To(declaration.Spec, _families).Cpu is null)
        {
            Write(output, declaration, ".Cpu.g.cs", spec => LayerEmitter.Emit(
                declaration, _families.Build(spec), GradientEmitter.Names(_families.BuildGradients(spec)), output.CancellationToken));
            Write(output, declaration, ".Gradients.g.cs", spec => GradientEmitter.Emit(
                declaration, _families.Build(spec), _families.BuildGradients(spec), output.CancellationToken));
        }
    }

    private void EmitGpu(SourceProductionContext output, Declaration declaration, TargetFacts target)
    {
        if (target.IsSupported && BackendObjections.To(declaration.Spec, _families) is { Cpu: null, Gpu: null })
        {
            Write(output, declaration, ".Ilgpu.g.cs", spec => GpuLayerEmitter.Emit(declaration, _families.Build(spec), _families.BuildGradients(spec)));
            Write(output, declaration, ".Ilgpu.Gradients.g.cs", spec => _families.BuildGradients(spec) is { Count: > 0 } gradients
                ? GpuLayerEmitter.EmitGradients(declaration, _families.Build(spec), gradients)
                : null);
        }
    }

    /// <summary>Writes a file, or none where there is nothing to say.</summary>
    private static void Write(SourceProductionContext output, Declaration declaration, string suffix, Func<AttentionSpec, string?> emit)
    {
        try
        {
            if (emit(declaration.Spec) is { } text)
            {
                output.AddSource(declaration.Type.HintName + suffix, SourceText.From(text, Utf8));
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            output.ReportDiagnostic(Failure.Describe(declaration.Type.HintName, error, Location.None));
        }
    }
}
