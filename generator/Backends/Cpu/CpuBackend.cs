using KernelGen.Generator.Declarations;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Layers;
using KernelGen.Generator.Tiles;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>Kernels for CPUs, which every layer has: two files, the layer with its forward pass and the backward pass.</summary>
internal sealed class CpuBackend : Backend
{
    private const string Services = "global::KernelGen.CompilerServices";
    private const string Intrinsics = "global::System.Runtime.Intrinsics";

    public override Library? Library => null;

    public override DiagnosticDescriptor Refusal => Rules.NotOnCpu;

    public override IEnumerable<string> Usings => CpuKernels.Usings;

    /// <remarks>The type parameters of kernels are names of their own in emitted text too.</remarks>
    public override IEnumerable<string> Aliases => base.Aliases.Concat([VectorText.Floats, VectorText.Doubles]);

    public override bool IsWanted(BackendFlags backends) => true;

    public override bool IsNamed(BackendFlags backends) => backends.HasFlag(BackendFlags.Cpu);

    public override Declaration PartOf(Declaration declaration) =>
        declaration with { Backends = BackendFlags.Auto, Precision = Precision.Float32 };

    public override string? ObjectionTo(LayerPrograms programs) =>
        ProgramLimits.OnCalls(programs.All)
        ?? programs.All.Select(program => ProgramLimits.On(program) ?? OnSteps(program)).FirstOrDefault(objection => objection is not null);

    public override IEnumerable<string> Interfaces(LayerPrograms programs) =>
        CpuKernels.Decodes(programs.Forward) ? ["ICausalAttention"] : [];

    public override IEnumerable<Member> Members(AttentionSpec spec, FamilyMembers family, LayerPrograms? programs)
    {
        if (programs is null ? spec.Causal : CpuKernels.Decodes(programs.Forward))
        {
            foreach (var member in Decoding($"{spec.Describe()}{family.Declaration}", programs))
            {
                yield return member;
            }
        }

        yield return new Member(MemberKind.Method, "CreateEngine", $"private static {Services}.AttentionEngine", $$"""
            {
                if ({{Intrinsics}}.Vector512.IsHardwareAccelerated)
                {
                    return {{Create(512)}};
                }

                if ({{Intrinsics}}.Vector256.IsHardwareAccelerated)
                {
                    return {{Create(256)}};
                }

                return {{Create(128)}};
            }
            """)
        {
            Documentation =
                "// The widest vectors that this machine computes with. The JIT knows the answers, so only one kernel is ever compiled.",
            Parameters =
            [
                new("global::KernelGen.Projection?", "projection"), new("global::System.ReadOnlySpan<float>", "hyperparameters", "params"),
            ],
        };
        yield return new Member(MemberKind.Type, CpuKernels.KernelName);
        if (programs is not { Gradients.Count: 0 })
        {
            yield return new Member(MemberKind.Type, CpuKernels.GradientsName) { File = LayerFile.Gradients };
        }

        string Create(int bits)
        {
            var factory = programs is not null && CpuKernels.Decodes(programs.Forward) ? "CreateDecoding" : "Create";
            var vectors = VectorText.Arguments(bits);
            var passes =
                programs?.GradientNames.Select(pass => $", {Services}.GradientPass.Of<{CpuKernels.GradientsName}{vectors}.{pass}>()") ?? [];
            return $"{Services}.AttentionEngine.{factory}<{CpuKernels.KernelName}{vectors}>(\n            projection, hyperparameters{string.Concat(passes)})";
        }
    }

    public override IEnumerable<GeneratedFile> Files(LayerModel layer, LayerPrograms programs, CancellationToken cancel) =>
    [
        new(".Cpu.g.cs", () => CpuFiles.Forward(layer, programs, cancel)),
        new(".Gradients.g.cs", () => CpuFiles.Gradients(layer, programs, cancel)),
    ];

    private static IEnumerable<Member> Decoding(string declaration, LayerPrograms? programs)
    {
        yield return new Member(
            MemberKind.Method, "CreateDecodingState", "public global::KernelGen.DecodingState",
            "=> Engine.CreateDecodingState(Declaration, streams, heads);")
        {
            Documentation = "<inheritdoc/>",
            Parameters = [new("int", "streams", Default: "1"), new("int?", "heads", Default: "null")],
        };
        yield return new Member(
            MemberKind.Method, "LoadDecodingState", "public global::KernelGen.DecodingState",
            "=> Engine.LoadDecodingState(Declaration, stream);")
        {
            Documentation = "<inheritdoc/>",
            Parameters = [new("global::System.IO.Stream", "stream")],
        };
        yield return new Member(MemberKind.Constant, "Declaration", "private const string", $"= \"{declaration}\";")
        {
            Documentation = "// What saved states must have been declared as.",
        };
        if (programs is not null && AttentionOperands.OthersOf([programs.Forward]).ToList() is { Count: > 0 } others)
        {
            yield return With("Step", "groupSize", others, "stream's token, [streams]", [new("int", "groupSize", Default: "1")]);
            yield return With("Prefill", "shape, lengths, streams, offsets", others, "token of each sequence, [batch, length]",
            [
                new("global::KernelGen.AttentionShape", "shape"),
                new("global::System.ReadOnlySpan<int>", "lengths", Default: "default"),
                new("global::System.Range?", "streams", Default: "null"),
                new("global::System.ReadOnlySpan<int>", "offsets", Default: "default"),
            ]);
        }

        // What the members of a state do, with the tensors that only this layer needs.
        Member With(string name, string arguments, IReadOnlyList<Operand> needed, string rows, IEnumerable<MemberParameter> parameters)
        {
            const string floats = "global::System.ReadOnlySpan<float>", state = "global::KernelGen.DecodingState";
            return new Member(
                MemberKind.Method, name, "public void",
                $"=> Engine.{name}(\n    state, {CallText.Forward(programs!.Forward, withOthers: true)}, {arguments});")
            {
                Documentation = $"<inheritdoc cref=\"{state}.{name}\"/>{CallText.Documentation(needed, rows)}",
                Parameters =
                [
                    new(state, "state"), new(floats, "query"), new(floats, "key"), new(floats, "value"),
                    .. needed.Select(CallText.Span),
                    new("global::System.Span<float>", "destination"), .. parameters,
                ],
            };
        }
    }

    /// <summary>A step hands in a row a stream of each tensor, what is one row for all, and what has a row a position.</summary>
    private static string? OnSteps(TileProgram program) =>
        program.IsForward && CpuKernels.Decodes(program)
        && AttentionOperands.OthersOf([program]).FirstOrDefault(operand =>
            operand.Access != OperandAccess.Read
            || (operand.SharedBy.HasFlag(OperandSharing.Batch) && !operand.IsTable && operand.Positions is null)) is { } other
            ? $"it is causal and needs the tensor '{other}', which a step from token to token does not hand in"
            : null;
}
