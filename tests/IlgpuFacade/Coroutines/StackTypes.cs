using System.Reflection;
using System.Reflection.Emit;

namespace KernelGen.IlgpuFacade;

/// <summary>Follows the types on the evaluation stack, so that what lies below a barrier can be put aside.</summary>
internal sealed class StackTypes(MethodInfo method)
{
    private readonly ParameterInfo[] _parameters = method.GetParameters();
    private readonly IList<LocalVariableInfo> _locals = method.GetMethodBody()!.LocalVariables;
    private readonly Dictionary<int, Type[]> _atTargets = [];
    private List<Type> _stack = [];

    public IReadOnlyList<Type> Types => _stack;

    /// <summary>The stack at an instruction that is reached by a jump, or from above.</summary>
    public void Enter(Instruction instruction, bool fallsIn)
    {
        if (_atTargets.TryGetValue(instruction.Offset, out var types))
        {
            _stack = [.. types];
        }
        else if (!fallsIn)
        {
            _stack = [];
        }
    }

    public void Apply(Instruction instruction)
    {
        var code = instruction.Code;
        var name = code.Name!;
        if (instruction.Operand is MethodBase callee && code.FlowControl == FlowControl.Call)
        {
            Call(code, callee);
        }
        else if (code == OpCodes.Dup)
        {
            _stack.Add(_stack[^1]);
        }
        else if (code != OpCodes.Ret)
        {
            var popped = Pop(PopCount(code));
            if (code.StackBehaviourPush != StackBehaviour.Push0)
            {
                _stack.Add(Normal(Pushed(instruction, name, popped)));
            }
        }

        if (instruction.Operand is int target && code.OperandType is OperandType.InlineBrTarget or OperandType.ShortInlineBrTarget)
        {
            _atTargets.TryAdd((int)instruction.Operand, [.. _stack]);
        }
        else if (instruction.Operand is int[] targets)
        {
            foreach (var each in targets)
            {
                _atTargets.TryAdd(each, [.. _stack]);
            }
        }
    }

    /// <summary>The index in an argument or local instruction, whichever form it has.</summary>
    public static int Index(Instruction instruction) => instruction.Operand is int index ? index : instruction.Code.Name![^1] - '0';

    private static int PopCount(OpCode code) => code.StackBehaviourPop switch
    {
        StackBehaviour.Pop0 => 0,
        StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
        StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8
            or StackBehaviour.Popi_popr4 or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi => 2,
        StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8
            or StackBehaviour.Popref_popi_popr4 or StackBehaviour.Popref_popi_popr8 or StackBehaviour.Popref_popi_popref
            or StackBehaviour.Popref_popi_pop1 => 3,
        _ => throw new FacadeException($"A kernel with instruction {code.Name}: the facade does not know it."),
    };

    /// <summary>What the stack makes of a type: small integers become 32 bits.</summary>
    private static Type Normal(Type type)
    {
        if (type.IsEnum)
        {
            type = type.GetEnumUnderlyingType();
        }

        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean or TypeCode.Char or TypeCode.SByte or TypeCode.Byte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.UInt32 =>
                typeof(int),
            TypeCode.UInt64 => typeof(long),
            _ => type,
        };
    }

    private static Type Arithmetic(Type left, Type right) =>
        left.IsByRef ? left : right.IsByRef ? right : right == typeof(nint) ? right : left;

    private void Call(OpCode code, MethodBase callee)
    {
        Pop(callee.GetParameters().Length);
        if (code == OpCodes.Newobj)
        {
            _stack.Add(callee.DeclaringType!);
            return;
        }

        if (!callee.IsStatic)
        {
            Pop(1);
        }

        if (callee is MethodInfo { ReturnType: var result } && result != typeof(void))
        {
            _stack.Add(Normal(result));
        }
    }

    private Type[] Pop(int count)
    {
        if (count > _stack.Count)
        {
            throw new FacadeException($"The instructions of {method.Name} cannot be followed.");
        }

        Type[] popped = [.. _stack.TakeLast(count)];
        _stack.RemoveRange(_stack.Count - count, count);
        return popped;
    }

    private Type Pushed(Instruction instruction, string name, Type[] popped)
    {
        // Names of a family differ after the first dot only.
        var family = name.Split('.')[0];
        switch (family)
        {
            case "ldarg":
                return _parameters[Index(instruction)].ParameterType;
            case "ldarga":
                return _parameters[Index(instruction)].ParameterType.MakeByRefType();
            case "ldloc":
                return _locals[Index(instruction)].LocalType;
            case "ldloca":
                return _locals[Index(instruction)].LocalType.MakeByRefType();
            case "ldfld" or "ldsfld":
                return ((FieldInfo)instruction.Operand!).FieldType;
            case "ldflda" or "ldsflda":
                return ((FieldInfo)instruction.Operand!).FieldType.MakeByRefType();
            case "ldobj" or "unbox":
                return (Type)instruction.Operand!;
            case "ldnull" or "ldstr" or "box" or "newarr" or "ldtoken":
                return typeof(object);
            case "ceq" or "cgt" or "clt" or "sizeof" or "isinst":
                return typeof(int);
            case "ldc" or "ldind" or "conv":
                return name[(name.LastIndexOf('.') + 1)..] is "un" ? ByName(name.Split('.')[^2]) : ByName(instruction, name, family);
            case "neg" or "not":
                return popped[0];
            case "add" or "sub" or "mul" or "div" or "rem" or "and" or "or" or "xor":
                return Arithmetic(popped[0], popped[1]);
            case "shl" or "shr":
                return popped[0];
            default:
                throw new FacadeException($"A kernel with instruction {name}: the facade does not know it.");
        }
    }

    private static Type ByName(Instruction instruction, string name, string family) =>
        family == "ldc" ? ByName(name.Split('.')[1]) : ByName(name.Split('.')[^1]);

    private static Type ByName(string name) => name switch
    {
        "i8" or "u8" => typeof(long),
        "r4" => typeof(float),
        "r8" or "r" => typeof(double),
        "i" or "u" => typeof(nint),
        "ref" => typeof(object),
        _ => typeof(int),
    };
}
