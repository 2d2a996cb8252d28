using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU.Runtime.Cuda;

namespace KernelGen.IlgpuFacade;

/// <summary>One instruction of inline PTX, with the numbers of its operands in the order of the text.</summary>
internal sealed partial record PtxInstruction(string Name, string Shape, int[] Operands)
{
    private const string Round = "cvt.rna.tf32.f32";
    private const string Multiply = "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32";

    private static readonly ConcurrentDictionary<string, PtxInstruction> Parsed = [];

    /// <summary>
    /// Runs an instruction for the member whose turn it is. A multiplication runs twice: the first time it hands over the member's
    /// operands, and when all of its warp have come the second one takes its results.
    /// </summary>
    public static void Run(string text, Span<PtxOperand> operands)
    {
        if (!Execution.RunsPtx)
        {
            throw new FacadeException("CudaAsm.EmitRef ran without its guard: inline PTX belongs under `if (CudaAsm.IsSupported)`.");
        }

        var instruction = Parsed.GetOrAdd(text, Parse);
        switch (instruction.Name, instruction.Shape)
        {
            case (Round, "%, %"):
                ref var target = ref instruction.Operand(operands, 0, typeof(Output<uint>));
                target.Bits = TensorCore.Round(instruction.Operand(operands, 1, typeof(Input<float>)).Bits);
                break;
            case (Multiply, "{%, %, %, %}, {%, %, %, %}, {%, %}, {%, %, %, %}"):
                instruction.RunMultiply(operands);
                break;
            default:
                throw new FacadeException($"Inline PTX `{text}`{Execution.WhereAmI()}: the facade does not know it.");
        }
    }

    /// <summary>Whether an instruction of a kernel is inline PTX for which the members of a warp wait for each other.</summary>
    public static bool Waits(IReadOnlyList<Instruction> instructions, int index) =>
        instructions[index].Operand is MethodInfo { Name: nameof(CudaAsm.EmitRef) } method && method.DeclaringType == typeof(CudaAsm)
        && (index >= method.GetParameters().Length && instructions[index - method.GetParameters().Length].Operand is string text
            ? text.StartsWith("mma.", StringComparison.Ordinal)
            : throw new FacadeException("Inline PTX with operands that are not simply local variables: the facade cannot follow that."));

    private static PtxInstruction Parse(string text)
    {
        var space = text.IndexOf(' ');
        if (space < 0 || !text.EndsWith(';'))
        {
            return new PtxInstruction(text, string.Empty, []);
        }

        var operands = text[(space + 1)..^1];
        return new PtxInstruction(
            text[..space],
            OperandNumber().Replace(operands, "%"),
            [.. OperandNumber().Matches(operands).Select(match => int.Parse(match.Groups[1].Value))]);
    }

    [GeneratedRegex(@"%(\d+)")]
    private static partial Regex OperandNumber();

    private void RunMultiply(Span<PtxOperand> operands)
    {
        var cores = Execution.Current.TensorCores;
        if (!cores.HasResult)
        {
            var (sums, left, right) = (new float[4], new uint[4], new uint[2]);
            for (var i = 0; i < 4; i++)
            {
                sums[i] = BitConverter.UInt32BitsToSingle(Operand(operands, 10 + i, typeof(Input<float>), typeof(Ref<float>)).Bits);
                left[i] = Operand(operands, 4 + i, typeof(Input<uint>)).Bits;
            }

            for (var i = 0; i < 2; i++)
            {
                right[i] = Operand(operands, 8 + i, typeof(Input<uint>)).Bits;
            }

            cores.HandOver(sums, left, right);
            return;
        }

        var results = cores.TakeResult();
        for (var i = 0; i < 4; i++)
        {
            Operand(operands, i, typeof(Output<float>), typeof(Ref<float>)).Bits = BitConverter.SingleToUInt32Bits(results[i]);
        }
    }

    /// <summary>The operand at a place of the text, which is declared as one of some types.</summary>
    private ref PtxOperand Operand(Span<PtxOperand> operands, int place, params ReadOnlySpan<Type> types)
    {
        var number = Operands[place];
        if (number >= operands.Length || !types.Contains(operands[number].Type))
        {
            throw new FacadeException(
                $"Operand %{number} of {Name}{Execution.WhereAmI()} {(number >= operands.Length ? "is not there" : $"is of type {operands[number].Type}")}, where {types[0]} is needed.");
        }

        return ref operands[number];
    }
}
