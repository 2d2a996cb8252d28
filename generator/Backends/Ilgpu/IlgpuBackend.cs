using System.Globalization;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Layers;
using KernelGen.Generator.Tiles;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>Kernels for GPUs, in projects that reference ILGPU: two files with a class that is nested in the layer.</summary>
internal sealed class IlgpuBackend : Backend
{
    public override Library Library { get; } = new("ILGPU.Context", "ILGPU", Rules.IlgpuMissing);

    public override DiagnosticDescriptor Refusal => Rules.NotOnGpu;

    public override IEnumerable<string> Usings => IlgpuKernels.Usings(onTensorCores: true);

    public override bool IsWanted(BackendFlags backends) => backends.WantsGpu();

    public override bool IsNamed(BackendFlags backends) => backends.HasFlag(BackendFlags.Gpu);

    public override Declaration PartOf(Declaration declaration) => declaration;

    public override string? ObjectionTo(LayerPrograms programs) =>
        programs.All.Select(On).FirstOrDefault(objection => objection is not null);

    public override IEnumerable<string> Interfaces(LayerPrograms programs) => [];

    public override IEnumerable<Member> Members(AttentionSpec spec, FamilyMembers family, LayerPrograms? programs) =>
        [new Member(MemberKind.Type, IlgpuFiles.ClassName)];

    public override IEnumerable<GeneratedFile> Files(LayerModel layer, LayerPrograms programs, CancellationToken cancel)
    {
        yield return new(".Ilgpu.g.cs", () => IlgpuFiles.Forward(layer.Declaration, programs));
        if (programs.Gradients.Count > 0)
        {
            yield return new(".Ilgpu.Gradients.g.cs", () => IlgpuFiles.Gradients(layer.Declaration, programs));
        }
    }

    private static string? On(TileProgram program)
    {
        if (ProgramLimits.On(program) is { } objection)
        {
            return objection;
        }

        if (AttentionOperands.OthersOf([program]).FirstOrDefault() is { } other)
        {
            return $"it needs the tensor '{other}', which calls on GPUs do not hand in";
        }

        var outputs = program.Outputs.ToList();
        var matrices = program.State?.Members.Count(member => !member.IsRowVector && !member.IsColumnVector) ?? 1;
        return outputs.Count != 1 ? $"its outputs come in {Number(outputs.Count)} loops, and a kernel has one"
            : matrices != 1 ? $"its state has {Number(matrices)} matrices, and a kernel merges one"
            : Dataflow.Flatten(outputs.SelectMany(output => output.Body())).Any(statement => statement is Parallel)
                ? "it has a parallel loop within another"
            : null;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
