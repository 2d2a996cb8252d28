using System.Reflection;
using System.Reflection.Emit;

namespace KernelGen.IlgpuFacade;

/// <summary>
/// A method with barriers in a form that can be left at a barrier and entered again there: thousands of times faster than a thread per
/// member. Each argument and local is a column with a place for each member, so a member is resumed by copying its places back.
/// </summary>
internal sealed class Coroutine : IKernelBody
{
    /// <summary>One array per saved argument, local and stack slot; arguments come first. Generated code reads it.</summary>
    public Array[] Columns = [];

    /// <summary>Where each member goes on: zero at the beginning.</summary>
    public int[] States = [];

    /// <summary>What the method returned to each member, if it returns something.</summary>
    public Array? Results;

    /// <summary>The methods with barriers that this one calls, one for each call site.</summary>
    public Coroutine[] Callees = [];

    private readonly Type? _resultType;
    private readonly Type[] _columnTypes;
    private readonly List<Action<int>> _setArguments = [];
    private readonly Func<int, bool> _resume;

    public Coroutine(MethodInfo method, CoroutineCode code)
    {
        Method = code.Method;
        _resultType = method.ReturnType == typeof(void) ? null : method.ReturnType;
        _columnTypes = code.ColumnTypes;
        Callees = code.Callees;
        _resume = code.Method.CreateDelegate<Func<int, bool>>(this);
    }

    /// <summary>Takes a coroutine and a member; true if the member waits.</summary>
    public DynamicMethod Method { get; }

    /// <summary>Sets an argument of the kernel for all members.</summary>
    public void Value<T>(int index, T value)
    {
        if (index == 0)
        {
            _setArguments.Clear();
        }

        _setArguments.Add(members => ((T[])Columns[index]).AsSpan(0, members).Fill(value));
    }

    public void BeginGroup(int members)
    {
        Grow(members);
        Array.Clear(States, 0, members);
        foreach (var set in _setArguments)
        {
            set(members);
        }
    }

    public void Resume(int member) => _resume(member);

    public int PlaceOf(int member) => States[member];

    private void Grow(int members)
    {
        if (States.Length < members)
        {
            States = new int[members];
            Columns = [.. _columnTypes.Select(type => Array.CreateInstance(type, members))];
            Results = _resultType is null ? null : Array.CreateInstance(_resultType, members);
        }

        foreach (var callee in Callees)
        {
            callee.Grow(members);
        }
    }
}
