using System.Collections.Immutable;

namespace KernelGen.Generator.Diagnostics;

/// <summary>What a fix does at the place of its diagnostic.</summary>
internal enum FixKind
{
    /// <summary>Adds <c>partial</c> to the type.</summary>
    MakePartial,

    /// <summary>Adds the text as an argument of the attribute.</summary>
    AddArgument,

    /// <summary>Removes the argument of the attribute.</summary>
    RemoveArgument,

    /// <summary>Writes the text in place of the argument of the attribute.</summary>
    ReplaceArgument,

    /// <summary>Removes the attribute.</summary>
    RemoveAttribute,

    /// <summary>Writes the text in place of the expression.</summary>
    ReplaceExpression,

    /// <summary>Writes the text in place of the name of the method that is called.</summary>
    ReplaceMethod,

    /// <summary>Writes the text in place of the type of the local.</summary>
    ReplaceTypeOfLocal,

    /// <summary>Removes the statement.</summary>
    RemoveStatement,
}

/// <summary>
/// The one way to mend what a diagnostic names, where there is one. It travels in the properties of the diagnostic, from the generator,
/// which knows what is meant, to the assembly of fixes, which knows how code is edited; this file is compiled into both.
/// </summary>
internal sealed class Fix(FixKind kind, string title, string text = "")
{
    private const string KindKey = "KernelGen.Fix", TitleKey = "KernelGen.Fix.Title", TextKey = "KernelGen.Fix.Text";

    /// <summary>What is done.</summary>
    public FixKind Kind { get; } = kind;

    /// <summary>What users choose: an instruction.</summary>
    public string Title { get; } = title;

    /// <summary>The text that is written, where one is.</summary>
    public string Text { get; } = text;

    /// <summary>The fix that a diagnostic brings, or null.</summary>
    public static Fix? From(ImmutableDictionary<string, string?> properties) =>
        properties.TryGetValue(KindKey, out var name) && Enum.TryParse<FixKind>(name, out var kind)
        && properties.TryGetValue(TitleKey, out var title) && properties.TryGetValue(TextKey, out var text)
            ? new Fix(kind, title ?? "", text ?? "")
            : null;

    /// <summary>The properties of a diagnostic that brings it.</summary>
    public ImmutableDictionary<string, string?> ToProperties() => ImmutableDictionary<string, string?>.Empty
        .Add(KindKey, Kind.ToString()).Add(TitleKey, Title).Add(TextKey, Text);
}
