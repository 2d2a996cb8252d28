using KernelGen.Generator.Expressions;

namespace KernelGen.Generator.Printing;

/// <summary>A variable of emitted text that an expression reads.</summary>
internal sealed class NamedValue(string name) : Variable(name);
