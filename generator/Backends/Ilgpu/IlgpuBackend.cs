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
    /// <summary>The arguments of a kernel: those that the launchers of ILGPU take, and the places in the runtime's GpuShape.</summary>
    private const int MostArguments = 14, MostPlaces = 12;

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

        var outputs = program.Outputs.ToList();
        var matrices = program.State?.Members.Where(member => !member.IsRowVector && !member.IsColumnVector).ToList();
        return outputs.Count != 1 ? $"its outputs come in {Number(outputs.Count)} loops, and a kernel has one"
            : matrices is [] ? "its state has no matrix, and a kernel merges the rows of one"
            : matrices?.Select(matrix => matrix.Rows == program.State!.Axis).Distinct().Count() > 1
                ? "the matrices of its state lie both ways, and a kernel merges rows or columns"
            : OnArguments(program);
    }

    /// <summary>Programs of tensors that every attention has, and no running sums, are far from the limits.</summary>
    private static string? OnArguments(TileProgram program)
    {
        if (!AttentionOperands.OthersOf([program]).Any() && program.Operands.All(operand => operand.Source != OperandSource.RunningSum))
        {
            return null;
        }

        var kernels = new IlgpuKernels(program, onTensorCores: false).Kernels;
        var (arguments, places) = (kernels.Max(kernel => kernel.Parameters.Count), kernels.Max(kernel => kernel.Places.Count));
        return arguments > MostArguments ? $"a kernel needs {Number(arguments)} arguments, and ILGPU launches kernels of {Number(MostArguments)}"
            : places > MostPlaces ? $"a kernel needs {Number(places)} tensors, and a launch tells the places of {Number(MostPlaces)}"
            : null;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
