using KernelGen.Generator.Expressions;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>Spells an expression for one element on a GPU: functions are methods that <see cref="DeviceFunctions"/> writes.</summary>
internal sealed class IlgpuPrinter : ScalarPrinter
{
    private readonly DeviceFunctions _functions;

    public IlgpuPrinter(SourceWriter writer, Func<Tile, string> operand, PositionText position, DeviceFunctions functions)
        : base(writer, operand, position) => _functions = functions;

    protected override string Function(string name, params string[] operands) =>
        $"{_functions.Use(name.Replace("Native", ""), operands.Length)}({string.Join(", ", operands)})";

    protected override string Call(ScalarFunction function, string operand) => $"{_functions.Use(function)}({operand})";
}
