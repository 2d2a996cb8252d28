using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Readers;

/// <summary>Whether and how emitted text reaches a library, which it names from `global::`.</summary>
/// <param name="IsReferenced">Whether the project references it at all.</param>
/// <param name="Alias">The extern alias that is its only name; null where `global::` reaches it.</param>
internal sealed record Visibility(bool IsReferenced, string? Alias)
{
    /// <summary>Whether emitted text can use it.</summary>
    public bool IsReachable => IsReferenced && Alias is null;

    /// <summary>Of what needs no library.</summary>
    public static Visibility Certain { get; } = new(true, null);

    /// <summary>The visibility of the library that has the type.</summary>
    public static Visibility Of(Compilation compilation, string typeName)
    {
        string? alias = null;
        foreach (var type in compilation.GetTypesByMetadataName(typeName))
        {
            // Without a reference the type is the project's own.
            if (compilation.GetMetadataReference(type.ContainingAssembly)?.Properties.Aliases is not { IsDefaultOrEmpty: false } aliases
                || aliases.Contains(MetadataReferenceProperties.GlobalAlias))
            {
                return new(true, null);
            }

            alias ??= aliases[0];
        }

        return new(alias is not null, alias);
    }
}
