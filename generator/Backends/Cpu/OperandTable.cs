using System.Globalization;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>The operands of a kernel in the order in which it lists them: those of its program, the state that an earlier kernel has left, the parameters of the layer.</summary>
internal sealed class OperandTable
{
    /// <summary>The names of what is no tensor of a program.</summary>
    public const string KeptState = "keptState", Parameters = "parameters";

    private readonly List<string> _names;
    private readonly List<string> _entries;
    private readonly TileProgram _program;

    public OperandTable(TileProgram program)
    {
        _program = program;
        _names = [.. program.Operands.Select(operand => operand.Name)];
        _entries = [.. program.Operands.Select(Entry)];
        if (program.Kept is { } kept)
        {
            _names.Add(KeptState);
            _entries.Add(Entry(KeptState, "None", kept.Members.Sum(member => member.Rows.Size * member.Columns.Size), OperandAccess.Read, OperandSharing.None, OperandSource.Kept, false));
        }

        if (program.Parameters.Count > 0)
        {
            _names.Add(Parameters);
            _entries.Add(Entry(Parameters, "None", null, OperandAccess.Read, OperandSharing.Everyone, OperandSource.Layer, false));
        }
    }

    /// <summary>The name of the variable that holds the stride of an operand, or the stride itself where operands of its kind have but one.</summary>
    public static string Stride(Operand operand) => operand.Source == OperandSource.Kept ? Text(operand.Columns.Size) : operand.Name + "Stride";

    /// <summary>Writes the member that lists them.</summary>
    public void EmitList(SourceWriter writer)
    {
        writer.Line("public static global::System.ReadOnlySpan<_Operand> Operands => Listed;");
        writer.Line();
        writer.Line("private static readonly _Operand[] Listed =");
        writer.Line("[");
        using (writer.Indent())
        {
            _entries.ForEach(entry => writer.Line(entry));
        }

        writer.Line("];");
    }

    /// <summary>Writes variables for those that a body uses.</summary>
    /// <param name="writer">Takes them.</param>
    /// <param name="moved">What the body loads and stores.</param>
    /// <param name="hasStrides">Whether it goes from row to row.</param>
    /// <param name="hasParameters">Whether it reads parameters.</param>
    /// <param name="hasKeptState">Whether it reads what an earlier kernel has left.</param>
    public void EmitVariables(SourceWriter writer, IEnumerable<Operand> moved, bool hasStrides, bool hasParameters, bool hasKeptState = false)
    {
        var used = new HashSet<Operand>(moved);
        foreach (var operand in _program.Operands.Where(used.Contains))
        {
            writer.Line($"ref var {operand.Name} = ref head[{Index(operand.Name)}]; // [{(operand.IsOfKeys ? "keys" : "queries")} × {Text(operand.Columns.Size)}]");
            if (hasStrides && operand.Source == OperandSource.Caller)
            {
                writer.Line($"var {Stride(operand)} = head.Stride({Index(operand.Name)});");
            }
        }

        if (hasKeptState)
        {
            writer.Line($"ref var {KeptState} = ref head[{Index(KeptState)}];");
        }

        if (hasParameters)
        {
            writer.Line($"ref var {Parameters} = ref head[{Index(Parameters)}];");
        }
    }

    private static string Entry(Operand operand) => Entry(
        operand.Name, operand.IsOfKeys ? "Keys" : "Queries", operand.Columns.Size, operand.Access, operand.SharedBy, operand.Source, operand.IsOptional);

    private static string Entry(string name, string rows, int? columns, OperandAccess access, OperandSharing sharing, OperandSource source, bool isOptional) =>
        $"new(\"{name}\", _OperandRows.{rows}, {(columns is { } size ? Text(size) : "ParameterFloats")}, _OperandAccess.{access}"
        + (sharing == OperandSharing.None ? "" : $", SharedBy: _OperandSharing.{sharing}")
        + (source == OperandSource.Caller ? "" : $", Source: _OperandSource.{source}")
        + (isOptional ? ", IsOptional: true" : "") + "),";

    private string Index(string name) => Text(_names.IndexOf(name));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
