using System.Reflection;
using System.Reflection.Emit;

namespace KernelGen.IlgpuFacade;

/// <summary>Reads the instructions of a method.</summary>
internal static class InstructionReader
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    public static IReadOnlyList<Instruction> Read(MethodBase method)
    {
        var bytes = method.GetMethodBody()?.GetILAsByteArray();
        if (bytes is null)
        {
            return [];
        }

        var result = new List<Instruction>();
        var typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < bytes.Length;)
        {
            var offset = at;
            var code = bytes[at] == 0xFE ? Codes[(short)(0xFE00 | bytes[at + 1])] : Codes[bytes[at]];
            at += code.Size;
            var operand = bytes.AsSpan(at);
            object? value = null;
            var size = 4;
            switch (code.OperandType)
            {
                case OperandType.InlineNone:
                    size = 0;
                    break;
                case OperandType.ShortInlineI:
                    value = (sbyte)operand[0];
                    size = 1;
                    break;
                case OperandType.ShortInlineVar:
                    value = (int)operand[0];
                    size = 1;
                    break;
                case OperandType.InlineVar:
                    value = (int)BitConverter.ToUInt16(operand);
                    size = 2;
                    break;
                case OperandType.ShortInlineBrTarget:
                    value = at + 1 + (sbyte)operand[0];
                    size = 1;
                    break;
                case OperandType.InlineBrTarget:
                    value = at + 4 + BitConverter.ToInt32(operand);
                    break;
                case OperandType.InlineI:
                    value = BitConverter.ToInt32(operand);
                    break;
                case OperandType.InlineI8:
                    value = BitConverter.ToInt64(operand);
                    size = 8;
                    break;
                case OperandType.ShortInlineR:
                    value = BitConverter.ToSingle(operand);
                    break;
                case OperandType.InlineR:
                    value = BitConverter.ToDouble(operand);
                    size = 8;
                    break;
                case OperandType.InlineSwitch:
                    var count = BitConverter.ToInt32(operand);
                    size = 4 + (4 * count);
                    var targets = new int[count];
                    for (var i = 0; i < count; i++)
                    {
                        targets[i] = at + size + BitConverter.ToInt32(operand[(4 + (4 * i))..]);
                    }

                    value = targets;
                    break;
                case OperandType.InlineString:
                    value = method.Module.ResolveString(BitConverter.ToInt32(operand));
                    break;
                default:
                    value = method.Module.ResolveMember(BitConverter.ToInt32(operand), typeArguments, methodArguments);
                    break;
            }

            result.Add(new Instruction(offset, code, value));
            at += size;
        }

        return result;
    }
}
