using System.Globalization;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>
/// Emits how the threads of a group sum what a program adds to tables (<see cref="AddToTable"/>), and the kernel that adds up the sums of
/// all groups.
/// </summary>
/// <remarks>
/// Each number of a table is one thread's, in every group. Nobody else adds to it, so that sums need no atomics, and are made in one order:
/// row by row of a tile, tile by tile, group by group. A sum is two floats, since there may be a million summands of one number.
/// </remarks>
/// <param name="writer">Takes the text.</param>
/// <param name="functions">Those of the file.</param>
internal sealed class TableSumEmitter(SourceWriter writer, DeviceFunctions functions)
{
    /// <summary>The name of the kernel that adds up.</summary>
    public const string KernelName = "SumTables";

    /// <summary>How many groups there are, which that kernel is told.</summary>
    public const string Groups = "groups";

    /// <summary>Floats of the sums of a table.</summary>
    public static int Floats(Operand table) => 2 * Rests(table);

    /// <summary>Where among these what sums have lost to rounding begins: after all sums.</summary>
    private static int Rests(Operand table) => GroupMemory.Pad(table.Columns.Size);

    /// <summary>Sets the sums of a table to zero.</summary>
    /// <param name="table">The table.</param>
    /// <param name="sums">Where its sums are.</param>
    public void Clear(Operand table, Place sums)
    {
        writer.Line($"// The group's sums of {table}, and then what rounding takes away from each.");
        using (writer.Block($"for (var i = thread; i < {Text(table.Columns.Size)}; i += {Text(GroupMemory.Threads)})"))
        {
            writer.Line($"{sums.Element("0", "i")} = 0f;");
            writer.Line($"{sums.Element("0", $"{Text(Rests(table))} + i")} = 0f;");
        }
    }

    /// <summary>Adds the elements of a tile, of which each thread takes those whose index is its own.</summary>
    /// <param name="table">The table.</param>
    /// <param name="sums">Where its sums are.</param>
    /// <param name="index">The index of row r and column c.</param>
    /// <param name="element">The element there.</param>
    /// <param name="rows">Rows that count.</param>
    /// <param name="columns">Columns that count.</param>
    public void Add(Operand table, Place sums, string index, string element, string rows, string columns)
    {
        var numbers = table.Columns.Size;
        using (writer.Block(numbers < GroupMemory.Threads ? $"if (thread < {Text(numbers)})" : null))
        {
            // Beside each other mostly the same number: it stays in a register while it is.
            writer.Line("var (number, sum) = (-1, 0f);");
            using (writer.Block($"for (var r = 0; r < {rows}; r++)"))
            {
                writer.Line("var part = 0f;");
                using (writer.Block($"for (var c = 0; c < {columns}; c++)"))
                {
                    writer.Line($"var index = (int){index};");
                    var owner = numbers <= GroupMemory.Threads ? "index" : $"(index & {Text(GroupMemory.Threads - 1)})";
                    using (writer.Block($"if ({owner} == thread)"))
                    {
                        using (writer.Block("if (index != number)"))
                        {
                            AddSum("sum + part");
                            writer.Line();
                            writer.Line("(number, sum, part) = (index, 0f, 0f);");
                        }

                        writer.Line();
                        writer.Line($"part += {element};");
                    }
                }

                writer.Line();
                writer.Line("sum += part;");
            }

            writer.Line();
            AddSum("sum");
        }

        void AddSum(string sum)
        {
            using (writer.Block("if (number >= 0)"))
            {
                var (total, rest) = (sums.Element("0", "number"), sums.Element("0", $"{Text(Rests(table))} + number"));
                writer.Line($"var old = {total};");
                writer.Line($"var added = {sum};");
                writer.Line($"{total} = old + added;");
                writer.Line($"{rest} += {functions.Use("RestOfSum", 3)}(old, added, old + added);");
            }
        }
    }

    /// <summary>The kernel that adds up the sums of all groups.</summary>
    /// <param name="tables">What is written, with the places of its sums in the scratch memory of a group.</param>
    /// <param name="groupFloats">Floats of that memory.</param>
    public GpuKernel Kernel(IReadOnlyList<(Operand Table, Place Sums)> tables, int groupFloats)
    {
        var restOfSum = functions.Use("RestOfSum", 3);
        List<(string Type, string Name)> views =
        [
            .. tables.Select(table => (CallTensors.ViewType(table.Table), table.Table.Name)),
            ("_Floats", IlgpuKernels.Memory), ("int", Groups), ("_GpuShape", "shape"),
        ];
        writer.Line("/// <summary>The gradients of tables: the sums of all groups in their order, a thread a number.</summary>");
        using (writer.Block($"internal static void {KernelName}({string.Join(", ", views.Select(view => $"{view.Type} {view.Name}"))})"))
        {
            writer.Line($"var number = (_Grid.IdxX * {Text(GroupMemory.Threads)}) + _Group.IdxX;");
            for (var i = 0; i < tables.Count; i++)
            {
                var ((table, sums), first) = (tables[i], tables[i].Sums.Offset == 0 ? "" : $"{Text(tables[i].Sums.Offset)} + ");
                using (writer.Block($"if (shape.Place{Text(i)}.IsWanted && number < {Text(table.Columns.Size)})"))
                {
                    writer.Line($$"""
                        var (sum, rest) = (0f, 0f);
                        for (var group = 0; group < {{Groups}}; group++)
                        {
                            var at = ((long)group * {{Text(groupFloats)}}) + {{first}}number;
                            var added = {{IlgpuKernels.Memory}}[at];
                            rest += {{restOfSum}}(sum, added, sum + added) + {{IlgpuKernels.Memory}}[at + {{Text(Rests(table))}}];
                            sum += added;
                        }

                        var before = shape.AddsGradients != 0 ? {{table.Name}}[number] : 0f;
                        var total = before + sum;
                        {{table.Name}}[number] = total + ({{restOfSum}}(before, sum, total) + rest);
                        """);
                }
            }
        }

        return new(KernelName, views, [.. tables.Select(table => table.Table.Name)], writer.ToString().TrimEnd('\n'));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
