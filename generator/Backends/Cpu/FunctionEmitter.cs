using KernelGen.Generator.Expressions;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>Emits a <see cref="ScalarFunction"/> as a method on vectors.</summary>
internal static class FunctionEmitter
{
    /// <summary>The name of the method, which is written once.</summary>
    public static string Add(KernelText text, ScalarFunction function) =>
        text.Add(function.Name.EndsWith("Derivative", StringComparison.Ordinal) ? "KernelFunctionDerivative" : "KernelFunction", name =>
        {
            var writer = new SourceWriter();
            writer.Line($"// {function.Name}: f(x) = {ProgramText.Describe(function.Body)}");
            writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveInlining)]");
            using (writer.Block($"private static {VectorText.Floats} {name}({VectorText.Floats} x)"))
            {
                writer.Line($"return {new VectorPrinter(writer, "").Print(function.Body)};");
            }

            return writer.ToString();
        });
}
