namespace KernelGen.Generator.Layers;

/// <summary>What a member of a layer is.</summary>
internal enum MemberKind
{
    Constant,
    Field,
    Constructor,
    Property,
    Method,
    Type,
}

/// <summary>The generated files that members stand in.</summary>
internal enum LayerFile
{
    Forward,
    Gradients,
}

/// <summary>A member that is generated into the user's type.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name; of a constructor, that of the type.</param>
/// <param name="Signature">
/// What stands before its name: modifiers and type. Of a <see cref="MemberKind.Type"/> nothing: backends print those.
/// </param>
/// <param name="Body">
/// What stands after its name and parameters, on as many lines as it has: an expression after `=>`, a block, accessors, an initial value.
/// </param>
internal sealed record Member(MemberKind Kind, string Name, string Signature = "", string Body = "")
{
    /// <summary>The comments in front of it, without slashes and without the summary's tag where there is only that.</summary>
    public string Documentation { get; init; } = "";

    /// <summary>Of a method or constructor.</summary>
    public IReadOnlyList<MemberParameter> Parameters { get; init; } = [];

    /// <summary>The interface whose property it implements beside a constant of the name; null: none.</summary>
    public string? ExplicitInterface { get; init; }

    public LayerFile File { get; init; } = LayerFile.Forward;

    public static Member Constant(string type, string name, string value, string summary) =>
        new(MemberKind.Constant, name, $"public const {type}", $"= {value};") { Documentation = Summary(summary) };

    /// <summary>A property of an interface of the runtime whose name a constant has.</summary>
    public static Member Explicit(string type, string owner, string name, string value) =>
        new(MemberKind.Property, name, type, $"=> {value};") { ExplicitInterface = $"global::KernelGen.{owner}" };

    public static string Summary(string text) => $"<summary>{text}</summary>";

    /// <summary>Whether C# code finds it by its name.</summary>
    public bool IsNamed => Kind != MemberKind.Constructor && ExplicitInterface is null;
}

/// <summary>A parameter of a member.</summary>
/// <param name="Type">With `global::`, without modifiers.</param>
/// <param name="Name">Its name.</param>
/// <param name="Modifiers">`in`, `params`.</param>
/// <param name="Default">The value where the caller gives none.</param>
internal sealed record MemberParameter(string Type, string Name, string Modifiers = "", string? Default = null)
{
    public override string ToString() =>
        $"{(Modifiers.Length > 0 ? Modifiers + " " : "")}{Type} {Name}{(Default is null ? "" : $" = {Default}")}";
}
