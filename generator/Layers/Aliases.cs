using System.Text.RegularExpressions;
using KernelGen.Generator.Declarations;
using KernelGen.Generator.Values;

namespace KernelGen.Generator.Layers;

/// <summary>
/// The aliases of emitted files, by which kernels name vectors and other types that they name often. Whatever has the same name in the
/// user's type or around it would win over them; those aliases get another name, in the finished text.
/// </summary>
internal static class Aliases
{
    private static readonly Regex Token = new(@"""(?:[^""\\]|\\.)*""|//[^\n]*|@?\b\w+", RegexOptions.CultureInvariant);

    /// <summary>Names for the aliases that mean something else where the type stands. Hardly any project has one.</summary>
    public static EquatableArray<Renaming> Rename(IEnumerable<string> aliases, Func<string, bool> isTaken) =>
        aliases.Where(isTaken).Select(name => new Renaming(name, FreeName(name, isTaken))).ToEquatableArray();

    /// <summary>
    /// The text of a file with the other names in place. Strings, comments and names with @, as the user's are written, stay as they are.
    /// </summary>
    public static string Apply(EquatableArray<Renaming> renamed, string text)
    {
        if (!renamed.Any())
        {
            return text;
        }

        var free = renamed.ToDictionary(renaming => renaming.Alias, renaming => renaming.Free);
        return Token.Replace(text, found => free.TryGetValue(found.Value, out var name) ? name : found.Value);
    }

    private static string FreeName(string name, Func<string, bool> isTaken)
    {
        var number = 2;
        while (isTaken($"{name}_{number}"))
        {
            number++;
        }

        return $"{name}_{number}";
    }
}
