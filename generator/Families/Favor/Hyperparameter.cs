namespace KernelGen.Generator.Families.Favor;

/// <summary>A number that the kernels of a layer depend on and that may be known only when the layer is made.</summary>
/// <param name="Property">The property that shows it.</param>
/// <param name="Parameter">The constructor parameter that takes it where it is not declared.</param>
/// <param name="Summary">What it is.</param>
/// <param name="Declared">Its value where the attribute has it.</param>
/// <param name="Factory">The method of KernelGen.CompilerServices.LayerParameters that turns it into what kernels compute with.</param>
internal sealed record Hyperparameter(string Property, string Parameter, string Summary, float? Declared, string Factory);
