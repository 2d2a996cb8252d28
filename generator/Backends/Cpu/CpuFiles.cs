using KernelGen.Generator.Layers;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// Writes the two files of a declaration that every project gets: each the members that users call, in front of the kernels that the
/// backend prints.
/// </summary>
internal static class CpuFiles
{
    /// <summary>The file of the forward pass.</summary>
    public static string Forward(LayerModel layer, LayerPrograms programs, CancellationToken cancel)
    {
        var spec = layer.Declaration.Spec;
        string[] comments =
        [
            $"{spec.Describe()}\nSchedule: {CpuKernels.DescribeSchedule(programs.Forward)}",
            "The tile program, for one head; logarithms are of base 2:",
            ProgramText.Describe(programs.Forward),
        ];
        return TypeFile.Write(
            layer.Declaration.Type, comments, CpuKernels.Usings,
            " : " + string.Join(", ", layer.Interfaces.Select(name => "global::KernelGen." + name)), writer =>
            {
                writer.Line("#pragma warning disable CS8618, CS9264 // What constructors leave null is said at the member (KGEN032).");
                writer.Line("#pragma warning disable CS0612, CS0618 // That a base constructor is obsolete cannot be mended here.");
                writer.Line();
                Print(writer, layer, LayerFile.Forward);
                cancel.ThrowIfCancellationRequested();
                CpuKernels.EmitKernels(writer, programs.Forward);
            });
    }

    /// <summary>The file of the backward pass.</summary>
    public static string Gradients(LayerModel layer, LayerPrograms programs, CancellationToken cancel)
    {
        var described = layer.Declaration.Spec.Describe();
        var comments = programs.Gradients.Count == 0
            ? [described + " The derivative of its kernel function is too large to compute with, so there is no backward pass."]
            : new[] { described + " The backward pass, for one head; logarithms are of base 2." }
                .Concat(programs.Gradients.Select(program =>
                    $"{ProgramText.Describe(program)}\nSchedule: {CpuKernels.DescribeSchedule(program)}"));
        return TypeFile.Write(layer.Declaration.Type, comments, CpuKernels.Usings, "", writer =>
        {
            Print(writer, layer, LayerFile.Gradients);
            cancel.ThrowIfCancellationRequested();
            if (programs.Gradients.Count > 0)
            {
                CpuKernels.EmitKernels(
                    writer, CpuKernels.GradientsName, "The kernels of the backward pass, in the order in which they run",
                    [.. programs.GradientNames.Zip(programs.Gradients, (name, program) => (name, program))]);
            }
        });
    }

    /// <summary>All members of a file but the types that backends print.</summary>
    private static void Print(SourceWriter writer, LayerModel layer, LayerFile file) =>
        MemberPrinter.Print(writer, layer.Members.Where(member => member.File == file && member.Kind != MemberKind.Type));
}
