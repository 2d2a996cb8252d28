using KernelGen.Generator.Values;

namespace KernelGen.Generator.Declarations;

/// <summary>All that is needed to reopen the annotated type in another file.</summary>
/// <param name="Namespace">The namespace, escaped where a part is a keyword; empty for the global one.</param>
/// <param name="Containing">The types around it, outermost first.</param>
/// <param name="Type">The type itself.</param>
/// <param name="Name">Its name as a constructor is written: without type parameters.</param>
/// <param name="HintName">
/// `Namespace.Outer.Type`, a generic type with its arity (`Type-2`), before the backend's suffix. The hyphen is legal in a file name and
/// impossible in an identifier, so that `Type-2` is no other type's name. Cut where it is too long for a file (<see cref="FileName"/>).
/// </param>
/// <param name="HasBase">Whether a base class may bring members that generated ones hide.</param>
/// <param name="Renamed">The aliases whose names mean something else where the type stands.</param>
internal sealed record TypeTarget(
    string Namespace, EquatableArray<TypeHeader> Containing, TypeHeader Type, string Name, string HintName, bool HasBase,
    EquatableArray<Renaming> Renamed);

/// <summary>An alias of emitted files and what it is called in the files of one type.</summary>
internal sealed record Renaming(string Alias, string Free);

/// <summary>How one type is reopened: `partial` + keyword + name.</summary>
/// <param name="Keyword">class, struct, interface, record or record struct.</param>
/// <param name="Name">The name with its type parameters: `Outer&lt;T&gt;`.</param>
internal sealed record TypeHeader(string Keyword, string Name)
{
    public override string ToString() => $"partial {Keyword} {Name}";
}
