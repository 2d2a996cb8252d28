namespace KernelGen;

/// <summary>A level across a <see cref="LinePlot"/> that curves are compared with.</summary>
/// <param name="Name">What stands above its right end.</param>
/// <param name="Value">Where it lies, in the unit of y.</param>
internal sealed record ReferenceLine(string Name, double Value);
