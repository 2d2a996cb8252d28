using System.Globalization;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// The operands of a kernel in the order in which it lists them: those of its program, the state that an earlier kernel has left, the
/// parameters of the layer.
/// </summary>
internal sealed class OperandTable
{
    /// <summary>The names of what is no tensor of a program.</summary>
    public const string KeptState = "keptState", Parameters = "parameters";

    private readonly List<string> _names;
    private readonly List<string> _entries;

    public OperandTable(TileProgram program)
    {
        _names = [.. program.Operands.Select(operand => operand.Name)];
        _entries = [.. program.Operands.Select(operand => OperandText.Entry(operand))];
        if (program.Kept is { } kept)
        {
            _names.Add(KeptState);
            _entries.Add(OperandText.Entry(
                KeptState, "None", Text(kept.Members.Sum(member => member.Rows.Size * member.Columns.Size)), OperandAccess.Read,
                OperandSharing.None, OperandSource.Kept, false));
        }

        if (program.Parameters.Count > 0)
        {
            _names.Add(Parameters);
            _entries.Add(OperandText.Entry(
                Parameters, "None", "ParameterFloats", OperandAccess.Read, OperandSharing.Everyone, OperandSource.Layer, false));
        }
    }

    /// <summary>The first number of an operand of the head.</summary>
    public static string Start(string operand) => $"head[{operand}]";

    /// <summary>How far apart the rows of an operand are; what a forward call keeps lies one row after the other.</summary>
    public static string Stride(Operand operand) =>
        operand.Source is OperandSource.Kept or OperandSource.RunningSum ? Text(operand.Columns.Size) : $"head.Stride({operand.Name})";

    /// <summary>Writes the member that lists them, and the place of each in the list.</summary>
    public void EmitList(SourceWriter writer)
    {
        writer.Line($"private const int {string.Join(", ", _names.Select((name, place) => $"{name} = {Text(place)}"))};");
        writer.Line();
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

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
