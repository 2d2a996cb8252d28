using System.Reflection;
using System.Reflection.Emit;

namespace KernelGen.IlgpuFacade;

/// <summary>
/// Writes a method again, with an exit and an entry at each barrier, at each multiplication of a warp and at each call of a method that has
/// them. At the exit the arguments, the locals and what lies on the stack go to the member's places in the columns; at the entry they come
/// back.
/// </summary>
internal sealed class CoroutineWriter
{
    private static readonly FieldInfo Columns = typeof(Coroutine).GetField(nameof(Coroutine.Columns))!;
    private static readonly FieldInfo States = typeof(Coroutine).GetField(nameof(Coroutine.States))!;
    private static readonly FieldInfo Results = typeof(Coroutine).GetField(nameof(Coroutine.Results))!;
    private static readonly FieldInfo Callees = typeof(Coroutine).GetField(nameof(Coroutine.Callees))!;

    private readonly CoroutineFactory _factory;
    private readonly MethodInfo _method;
    private readonly IReadOnlyList<Instruction> _instructions;
    private readonly StackTypes _stack;
    private readonly DynamicMethod _target;
    private readonly ILGenerator _il;
    private readonly List<LocalBuilder> _columns = [];
    private readonly List<LocalBuilder> _arguments = [];
    private readonly List<LocalBuilder> _locals = [];
    private readonly List<Label> _entries = [];
    private readonly List<Coroutine> _callees = [];
    private readonly Dictionary<int, Label> _labels = [];
    private readonly Label _leave;

    public CoroutineWriter(CoroutineFactory factory, MethodInfo method)
    {
        _factory = factory;
        _method = method;
        var body = method.GetMethodBody()!;
        if (body.ExceptionHandlingClauses.Count > 0)
        {
            throw Unsupported("try, using, lock or foreach");
        }

        if (!method.IsStatic || method.GetParameters().Any(parameter => parameter.ParameterType.IsByRef))
        {
            throw Unsupported("an instance, or with ref, in or out parameters,");
        }

        _instructions = InstructionReader.Read(method);
        _stack = new StackTypes(method);
        _target = new DynamicMethod(
            $"{method.Name} (resumable)", typeof(bool), [typeof(Coroutine), typeof(int)], method.Module, skipVisibility: true);
        _il = _target.GetILGenerator();
        _leave = _il.DefineLabel();
        _arguments.AddRange(method.GetParameters().Select(parameter => _il.DeclareLocal(parameter.ParameterType)));
        _columns.AddRange(_arguments);
        _locals.AddRange(body.LocalVariables.Select(local => _il.DeclareLocal(local.LocalType)));

        // A reference lives on the real stack and cannot be kept: after a barrier it is null, and using it is reported.
        _columns.AddRange(_locals.Where(local => !local.LocalType.IsByRef && !local.LocalType.IsPointer));
    }

    public CoroutineCode Write()
    {
        foreach (var instruction in _instructions)
        {
            _labels[instruction.Offset] = _il.DefineLabel();
        }

        var enter = _il.DefineLabel();
        var start = _il.DefineLabel();
        _il.Emit(OpCodes.Br, enter);
        _il.MarkLabel(start);
        var fallsIn = true;
        for (var index = 0; index < _instructions.Count; index++)
        {
            var instruction = _instructions[index];
            _stack.Enter(instruction, fallsIn);
            _il.MarkLabel(_labels[instruction.Offset]);
            if (PtxInstruction.Waits(_instructions, index))
            {
                WriteMultiply(index);
            }
            else
            {
                WriteInstruction(instruction);
            }

            _stack.Apply(instruction);
            fallsIn = instruction.Code.FlowControl is not (FlowControl.Branch or FlowControl.Return or FlowControl.Throw);
        }

        _il.MarkLabel(enter);
        WriteEntry(start);
        WriteLeave();
        return new CoroutineCode(_target, [.. _columns.Select(column => column.LocalType)], [.. _callees]);
    }

    private void WriteInstruction(Instruction instruction)
    {
        var code = instruction.Code;
        var family = code.Name!.Split('.')[0];
        if (instruction.Operand is MethodInfo callee
            && code.FlowControl == FlowControl.Call
            && (CoroutineFactory.IsBarrier(callee) || _factory.Waits(callee)))
        {
            if (code != OpCodes.Call)
            {
                throw Unsupported($"a barrier behind {code.Name}");
            }

            WriteWait(callee);
            return;
        }

        switch (family)
        {
            case "ldarg":
                _il.Emit(OpCodes.Ldloc, _arguments[StackTypes.Index(instruction)]);
                break;
            case "ldarga":
                _il.Emit(OpCodes.Ldloca, _arguments[StackTypes.Index(instruction)]);
                break;
            case "starg":
                _il.Emit(OpCodes.Stloc, _arguments[StackTypes.Index(instruction)]);
                break;
            case "ldloc":
                _il.Emit(OpCodes.Ldloc, _locals[StackTypes.Index(instruction)]);
                break;
            case "ldloca":
                _il.Emit(OpCodes.Ldloca, _locals[StackTypes.Index(instruction)]);
                break;
            case "stloc":
                _il.Emit(OpCodes.Stloc, _locals[StackTypes.Index(instruction)]);
                break;
            case "ret":
                WriteReturn();
                break;
            default:
                Copy(instruction);
                break;
        }
    }

    /// <summary>
    /// The member hands over its operands and leaves; when it is back it comes with the same operands again, and takes the results.
    /// </summary>
    private void WriteMultiply(int index)
    {
        var operands = ((MethodInfo)_instructions[index].Operand!).GetParameters().Length;
        if (_stack.Types.Count > operands)
        {
            throw Unsupported("values that are held while a warp multiplies");
        }

        Copy(_instructions[index]);
        var entry = _il.DefineLabel();
        _entries.Add(entry);
        WriteExit();
        _il.MarkLabel(entry);
        foreach (var instruction in _instructions.Skip(index - operands).Take(operands))
        {
            WriteInstruction(instruction);
        }

        Copy(_instructions[index]);
    }

    private void WriteWait(MethodInfo callee)
    {
        var parameters = callee.GetParameters();
        var below = _stack.Types.Take(_stack.Types.Count - parameters.Length).ToArray();
        if (below.Any(type => type.IsByRef))
        {
            throw Unsupported(
                $"a reference that is held while {callee.Name} waits, as in `view[i] = {callee.Name}(…)` (name the value first)");
        }

        // The callee's arguments leave the stack, the last one first; then what lies below them.
        var arguments = parameters.Select(parameter => _il.DeclareLocal(parameter.ParameterType)).ToArray();
        foreach (var argument in arguments.Reverse())
        {
            _il.Emit(OpCodes.Stloc, argument);
        }

        var aside = below.Select(type => _il.DeclareLocal(type)).ToArray();
        foreach (var local in aside.Reverse())
        {
            _il.Emit(OpCodes.Stloc, local);
        }

        _columns.AddRange(aside);
        var entry = _il.DefineLabel();
        _entries.Add(entry);
        if (CoroutineFactory.IsBarrier(callee))
        {
            WriteBarrier(callee, arguments, entry);
        }
        else
        {
            WriteCall(callee, arguments, entry);
        }

        if (aside.Length > 0)
        {
            // The result, if any, goes back on top.
            var result = callee.ReturnType == typeof(void) ? null : _il.DeclareLocal(callee.ReturnType);
            if (result is not null)
            {
                _il.Emit(OpCodes.Stloc, result);
            }

            foreach (var local in aside)
            {
                _il.Emit(OpCodes.Ldloc, local);
            }

            if (result is not null)
            {
                _il.Emit(OpCodes.Ldloc, result);
            }
        }
    }

    private void WriteBarrier(MethodInfo barrier, LocalBuilder[] arguments, Label entry)
    {
        if (arguments.Length == 0)
        {
            _il.Emit(OpCodes.Ldc_I4_0);
        }
        else
        {
            _il.Emit(OpCodes.Ldloc, arguments[0]);
        }

        _il.Emit(OpCodes.Ldc_I4, (int)Enum.Parse<BarrierKind>(barrier.Name));
        _il.Emit(OpCodes.Call, typeof(Execution).GetMethod(nameof(Execution.Arrive))!);
        WriteExit();
        _il.MarkLabel(entry);
        if (barrier.ReturnType != typeof(void))
        {
            _il.Emit(OpCodes.Call, typeof(Execution).GetMethod($"Answer{barrier.Name}")!);
        }
    }

    private void WriteCall(MethodInfo callee, LocalBuilder[] arguments, Label entry)
    {
        var coroutine = _factory.Create(callee)!;
        var place = _callees.Count;
        _callees.Add(coroutine);
        var target = _il.DeclareLocal(typeof(Coroutine));
        WriteCallee(place, target);
        for (var i = 0; i < arguments.Length; i++)
        {
            WriteColumnStore(target, i, arguments[i]);
        }

        _il.Emit(OpCodes.Ldloc, target);
        _il.Emit(OpCodes.Ldfld, States);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Stelem_I4);

        // A resumed member comes in here and goes straight on into the callee.
        _il.MarkLabel(entry);
        var finished = _il.DefineLabel();
        WriteCallee(place, target);
        _il.Emit(OpCodes.Ldloc, target);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Call, coroutine.Method);
        _il.Emit(OpCodes.Brfalse, finished);
        WriteExit();
        _il.MarkLabel(finished);
        if (callee.ReturnType != typeof(void))
        {
            _il.Emit(OpCodes.Ldloc, target);
            _il.Emit(OpCodes.Ldfld, Results);
            _il.Emit(OpCodes.Ldarg_1);
            _il.Emit(OpCodes.Ldelem, callee.ReturnType);
        }
    }

    private void WriteCallee(int place, LocalBuilder target)
    {
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldfld, Callees);
        _il.Emit(OpCodes.Ldc_I4, place);
        _il.Emit(OpCodes.Ldelem_Ref);
        _il.Emit(OpCodes.Stloc, target);
    }

    /// <summary>Notes where to go on, and goes to the common end, since not all columns are known yet.</summary>
    private void WriteExit()
    {
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldfld, States);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldc_I4, _entries.Count);
        _il.Emit(OpCodes.Stelem_I4);
        _il.Emit(OpCodes.Br, _leave);
    }

    private void WriteReturn()
    {
        if (_method.ReturnType != typeof(void))
        {
            var result = _il.DeclareLocal(_method.ReturnType);
            _il.Emit(OpCodes.Stloc, result);
            _il.Emit(OpCodes.Ldarg_0);
            _il.Emit(OpCodes.Ldfld, Results);
            _il.Emit(OpCodes.Ldarg_1);
            _il.Emit(OpCodes.Ldloc, result);
            _il.Emit(OpCodes.Stelem, _method.ReturnType);
        }

        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Ret);
    }

    /// <summary>Copies a member's places back and goes on where it left.</summary>
    private void WriteEntry(Label start)
    {
        for (var i = 0; i < _arguments.Count; i++)
        {
            WriteColumnLoad(i);
        }

        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldfld, States);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldelem_I4);
        _il.Emit(OpCodes.Brfalse, start);
        for (var i = _arguments.Count; i < _columns.Count; i++)
        {
            WriteColumnLoad(i);
        }

        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldfld, States);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldelem_I4);
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Switch, [.. _entries]);

        // Not reached: there is no other state.
        _il.Emit(OpCodes.Ldc_I4_0);
        _il.Emit(OpCodes.Ret);
    }

    private void WriteLeave()
    {
        _il.MarkLabel(_leave);
        var self = _il.DeclareLocal(typeof(Coroutine));
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Stloc, self);
        for (var i = 0; i < _columns.Count; i++)
        {
            if (i >= _arguments.Count || MayChange(i))
            {
                WriteColumnStore(self, i, _columns[i]);
            }
        }

        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Ret);
    }

    private bool MayChange(int argument)
    {
        var type = _arguments[argument].LocalType;
        var isReadOnly = type.IsDefined(typeof(System.Runtime.CompilerServices.IsReadOnlyAttribute), false);
        return _instructions.Any(instruction =>
            (instruction.Code.Name!.StartsWith("starg", StringComparison.Ordinal)
                || (instruction.Code.Name.StartsWith("ldarga", StringComparison.Ordinal) && !isReadOnly))
            && StackTypes.Index(instruction) == argument);
    }

    // An Array is taken for a T[] without a cast: it is one, and generated methods are not verified.
    private void WriteColumnLoad(int column)
    {
        var local = _columns[column];
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldfld, Columns);
        _il.Emit(OpCodes.Ldc_I4, column);
        _il.Emit(OpCodes.Ldelem_Ref);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldelem, local.LocalType);
        _il.Emit(OpCodes.Stloc, local);
    }

    private void WriteColumnStore(LocalBuilder owner, int column, LocalBuilder value)
    {
        _il.Emit(OpCodes.Ldloc, owner);
        _il.Emit(OpCodes.Ldfld, Columns);
        _il.Emit(OpCodes.Ldc_I4, column);
        _il.Emit(OpCodes.Ldelem_Ref);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldloc, value);
        _il.Emit(OpCodes.Stelem, value.LocalType);
    }

    private void Copy(Instruction instruction)
    {
        var code = Long(instruction.Code);
        switch (instruction.Operand)
        {
            case null:
                _il.Emit(code);
                break;
            case int target when code.OperandType == OperandType.InlineBrTarget:
                _il.Emit(code, _labels[target]);
                break;
            case int[] targets:
                _il.Emit(code, [.. targets.Select(target => _labels[target])]);
                break;
            case sbyte value:
                _il.Emit(code, value);
                break;
            case int value:
                _il.Emit(code, value);
                break;
            case long value:
                _il.Emit(code, value);
                break;
            case float value:
                _il.Emit(code, value);
                break;
            case double value:
                _il.Emit(code, value);
                break;
            case string value:
                _il.Emit(code, value);
                break;
            case Type type:
                _il.Emit(code, type);
                break;
            case FieldInfo field:
                _il.Emit(code, field);
                break;
            case ConstructorInfo constructor:
                _il.Emit(code, constructor);
                break;
            case MethodInfo method:
                _il.Emit(code, method);
                break;
            default:
                throw Unsupported(code.Name!);
        }
    }

    /// <summary>Code grows, so short jumps may no longer reach.</summary>
    private static OpCode Long(OpCode code) => code.OperandType != OperandType.ShortInlineBrTarget
        ? code
        : (OpCode)typeof(OpCodes)
            .GetField(code.Name![..^2].Replace('.', '_'), BindingFlags.Public | BindingFlags.Static | BindingFlags.IgnoreCase)!
            .GetValue(null)!;

    private FacadeException Unsupported(string what) =>
        new($"{_method.DeclaringType?.Name}.{_method.Name} waits at barriers and has {what}: the facade cannot leave and enter that.");
}
