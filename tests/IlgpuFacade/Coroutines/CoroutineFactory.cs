using System.Reflection;
using ILGPU;

namespace KernelGen.IlgpuFacade;

/// <summary>
/// Finds the methods that wait at barriers or multiplications, themselves or in what they call, and makes coroutines of them.
/// </summary>
internal sealed class CoroutineFactory
{
    private readonly Dictionary<MethodBase, bool> _waits = [];
    private readonly Dictionary<MethodBase, Coroutine?> _coroutines = [];

    /// <summary>
    /// Null for a method that never waits. A member is in a method once at a time, so one coroutine serves all its call sites.
    /// </summary>
    public Coroutine? Create(MethodInfo method)
    {
        if (!Waits(method))
        {
            return null;
        }

        if (!_coroutines.TryGetValue(method, out var coroutine))
        {
            _coroutines[method] = null;
            coroutine = new Coroutine(method, new CoroutineWriter(this, method).Write());
            _coroutines[method] = coroutine;
        }

        return coroutine ?? throw new FacadeException($"{method.Name} calls itself: kernels cannot.");
    }

    public static bool IsBarrier(MethodBase method) =>
        method.DeclaringType == typeof(Group) && method.Name.StartsWith(nameof(Group.Barrier), StringComparison.Ordinal);

    public bool Waits(MethodBase method)
    {
        if (_waits.TryGetValue(method, out var known))
        {
            return known;
        }

        // Guards against recursion, which kernels cannot have anyway.
        _waits[method] = false;
        var instructions = KernelRules.IsUserCode(method) ? InstructionReader.Read(method) : [];
        var result = Enumerable.Range(0, instructions.Count).Any(index =>
            instructions[index].Operand is MethodBase callee
            && (IsBarrier(callee) || Waits(callee) || PtxInstruction.Waits(instructions, index)));
        _waits[method] = result;
        return result;
    }
}
