namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// How emitted kernels spell vectors. Kernels are generic over them, so one text serves every width: a size that depends on the width is
/// the number of lanes, which the JIT knows.
/// </summary>
internal static class VectorText
{
    /// <summary>
    /// The type parameter for a vector of floats, an IVector of the runtime. The underscore keeps it clear of the user's names.
    /// </summary>
    public const string Floats = "_Floats";

    /// <summary>The type parameter for a vector of doubles, an IDoubles.</summary>
    public const string Doubles = "_Doubles";

    /// <summary>Its lanes.</summary>
    public const string Lanes = "_Floats.Count";

    /// <summary>The type parameters of a kernel.</summary>
    public const string Parameters = $"<{Floats}, {Doubles}>";

    /// <summary>What is asked of them.</summary>
    public const string Constraints =
        $"\n    where {Floats} : struct, global::KernelGen.CompilerServices.IVector<{Floats}>"
        + $"\n    where {Doubles} : struct, global::KernelGen.CompilerServices.IDoubles<{Doubles}, {Floats}>";

    /// <summary>The widest vector, in floats: rows are padded to whole ones, at every width.</summary>
    public const int MostLanes = 16;

    /// <summary>The type arguments of a kernel at a width.</summary>
    public static string Arguments(int bits) =>
        $"<global::KernelGen.CompilerServices.Floats{bits / 32}, global::KernelGen.CompilerServices.Doubles{bits / 64}>";

    /// <summary>The vector at a place.</summary>
    public static string Load(string reference, string at) => $"{Floats}.Load(ref _Unsafe.Add(ref {reference}, {at}))";

    /// <summary>Stores a vector to a place.</summary>
    public static string Store(string value, string reference, string at) =>
        $"{Floats}.Store({value}, ref _Unsafe.Add(ref {reference}, {at}));";
}
