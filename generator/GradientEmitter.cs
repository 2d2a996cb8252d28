using KernelGen.Generator.Backends.Cpu;
using KernelGen.Generator.Specs;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator;

/// <summary>Writes the file of a declaration that holds the backward pass: the method that a user calls, and a kernel for each of its programs.</summary>
internal static class GradientEmitter
{
    private const string Runtime = "global::KernelGen";
    private const string Inputs = "global::System.ReadOnlySpan<float>";
    private const string Outputs = "global::System.Span<float>";

    /// <summary>The names of the kernels of so many programs, without the width.</summary>
    public static IReadOnlyList<string> Names(IReadOnlyList<TileProgram> programs) => programs.Count switch
    {
        0 => [],
        1 => ["All"],
        _ => ["Queries", "Keys"],
    };

    /// <param name="forward">The program of the forward pass.</param>
    public static string Emit(Declaration declaration, TileProgram forward, IReadOnlyList<TileProgram> programs, CancellationToken cancel)
    {
        var comments = programs.Count == 0
            ? [declaration.Spec.Describe() + " The derivative of its kernel function is too large to compute with, so there is no backward pass."]
            : new[] { declaration.Spec.Describe() + " The backward pass, for one head; logarithms are of base 2." }
                .Concat(programs.Select(program => $"{ProgramText.Describe(program)}\nSchedule: {CpuBackend.DescribeSchedule(program)}"));
        return TypeFile.Write(declaration.Type, comments, CpuBackend.Usings, "", writer =>
        {
            WriteBackward(writer, forward, programs);
            cancel.ThrowIfCancellationRequested();
            if (programs.Count > 0)
            {
                CpuBackend.EmitKernels(
                    writer, "Gradients", "The kernels of the backward pass, in the order in which they run",
                    [.. Names(programs).Zip(programs, (name, program) => (name, program))]);
            }
        });
    }

    private static void WriteBackward(SourceWriter writer, TileProgram forward, IReadOnlyList<TileProgram> programs)
    {
        writer.Line($$"""
            /// <inheritdoc/>
            public long BackwardScratchBytes(in {{Runtime}}.AttentionShape shape) => Engine.BackwardScratchBytes(in shape);

            /// <inheritdoc/>
            public void Backward(
                {{Inputs}} query,
                {{Inputs}} key,
                {{Inputs}} value,
                {{Inputs}} output,
                {{Runtime}}.AttentionResult result,
                {{Inputs}} outputGradient,
                {{Outputs}} queryGradient,
                {{Outputs}} keyGradient,
                {{Outputs}} valueGradient,
                in {{Runtime}}.AttentionShape shape,
                global::System.ReadOnlySpan<int> keyLengths = default,
                bool accumulate = false)
                => Engine.Backward(
                    {{CallText.Backward(forward, programs, withOthers: false)}},
                    in shape, result, keyLengths, accumulate);
            """);
        if (AttentionOperands.OthersOf([forward, .. programs]).ToList() is { Count: > 0 } others)
        {
            writer.Line($$"""

                /// <inheritdoc cref="{{Runtime}}.IAttention.Backward"/>
                public void Backward(
                    {{Inputs}} query,
                    {{Inputs}} key,
                    {{Inputs}} value,{{CallText.Parameters(others.Where(operand => operand.Access == OperandAccess.Read))}}
                    {{Inputs}} output,
                    {{Runtime}}.AttentionResult result,
                    {{Inputs}} outputGradient,
                    {{Outputs}} queryGradient,
                    {{Outputs}} keyGradient,
                    {{Outputs}} valueGradient,{{CallText.Parameters(others.Where(operand => operand.Access != OperandAccess.Read))}}
                    in {{Runtime}}.AttentionShape shape,
                    global::System.ReadOnlySpan<int> keyLengths = default,
                    bool accumulate = false)
                    => Engine.Backward(
                        {{CallText.Backward(forward, programs, withOthers: true)}},
                        in shape, result, keyLengths, accumulate);
                """);
        }
    }
}
