using KernelGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Generator.Readers;

/// <summary>What emitted text needs of the compilation that it goes into, reduced to values that hardly ever change.</summary>
/// <param name="Language">The effective C# version.</param>
/// <param name="FrameworkMajor">The .NET version that the core library belongs to.</param>
/// <param name="Runtime">The KernelGen runtime.</param>
internal sealed record TargetFacts(LanguageVersion Language, int FrameworkMajor, Visibility Runtime)
{
    /// <summary>C# 13, written as a number because the Roslyn that this generator is built on does not name it yet.</summary>
    private const LanguageVersion LowestLanguage = (LanguageVersion)1300;

    private const string LowestLanguageName = "13.0";

    private const int LowestFrameworkMajor = 10;

    public bool IsSupported => Language >= LowestLanguage && FrameworkMajor >= LowestFrameworkMajor && Runtime.IsReachable;

    /// <remarks>
    /// The version of the assembly that defines System.Object tells the framework: System.Runtime of the reference pack and
    /// System.Private.CoreLib count with .NET, netstandard stays at 2, mscorlib at 4. Looking for a type that is new in a version is less
    /// sure, since most such types also come as packages for older frameworks.
    /// </remarks>
    public static TargetFacts Of(Compilation compilation) => new(
        (compilation as CSharpCompilation)?.LanguageVersion ?? LanguageVersion.CSharp1,
        compilation.GetSpecialType(SpecialType.System_Object).ContainingAssembly?.Identity.Version.Major ?? 0,
        Visibility.Of(compilation, "KernelGen.IAttention"));

    /// <summary>What is missing, each at the attribute that asks for it.</summary>
    public IEnumerable<Diagnostic> Diagnose(Location attribute)
    {
        if (Language < LowestLanguage)
        {
            yield return Diagnostic.Create(Rules.LanguageTooLow, attribute, Language.ToDisplayString(), LowestLanguageName);
        }

        if (FrameworkMajor < LowestFrameworkMajor)
        {
            yield return Diagnostic.Create(Rules.FrameworkTooLow, attribute, FrameworkMajor, LowestFrameworkMajor);
        }

        if (!Runtime.IsReferenced)
        {
            yield return Diagnostic.Create(Rules.RuntimeMissing, attribute);
        }

        if (Runtime.Alias is { } alias)
        {
            yield return Diagnostic.Create(Rules.ReferenceAliased, attribute, "KernelGen.Runtime", alias);
        }
    }
}
