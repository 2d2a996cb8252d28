using KernelGen.Generator.Values;

namespace KernelGen.Generator.Declarations;

/// <summary>All declarations of a compilation.</summary>
internal static class DeclarationList
{
    /// <summary>
    /// Compilers throw where two generated files have the same name, ignoring case. So of two declarations of the same type, which only
    /// code with errors has, the first counts; and of types whose names differ in case only, the later ones get a number.
    /// </summary>
    public static IEnumerable<Declaration> WithUniqueNames(this EquatableArray<Declaration> declarations)
    {
        var exact = new HashSet<string>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var declaration in declarations)
        {
            var name = declaration.Type.HintName;
            if (!exact.Add(name))
            {
                continue;
            }

            var free = name;
            for (var number = 2; !taken.Add(free); number++)
            {
                free = $"{name}-{number}";
            }

            yield return free == name ? declaration : declaration with { Type = declaration.Type with { HintName = free } };
        }
    }
}
