using KernelGen.Generator.Expressions;
using KernelGen.Generator.Text;

namespace KernelGen.Generator.Printing;

/// <summary>Spells a function of one number as a lambda in C#.</summary>
internal static class FunctionLambda
{
    /// <summary>Writes it, followed by a comma.</summary>
    public static void Write(SourceWriter writer, ScalarFunction function)
    {
        var body = new SourceWriter();
        var printer = new ScalarPrinter(
            body, tile => throw new NotSupportedException($"There is no tile {tile} here."), PositionText.Nowhere);
        var value = printer.Print(function.Body);
        if (body.ToString().Length == 0)
        {
            writer.Line($"static x => {value},");
            return;
        }

        writer.Line("static x =>");
        writer.Line("{");
        using (writer.Indent())
        {
            writer.Line(body.ToString().TrimEnd('\n'));
            writer.Line($"return {value};");
        }

        writer.Line("},");
    }
}
