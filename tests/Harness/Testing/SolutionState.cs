using Microsoft.CodeAnalysis;

namespace KernelGen.Tests.Harness.Testing;

/// <summary>The inputs of a generator test and what is expected of it.</summary>
public sealed class SolutionState
{
    /// <summary>Source files with diagnostics marked up.</summary>
    public List<string> Sources { get; } = [];

    /// <summary>The generated files, whole.</summary>
    public List<(string filename, string content)> GeneratedSources { get; } = [];

    /// <summary>Diagnostics that markup cannot express, such as one without a place.</summary>
    public List<DiagnosticResult> ExpectedDiagnostics { get; } = [];

    /// <summary>.editorconfig files.</summary>
    public List<(string filename, string content)> AnalyzerConfigFiles { get; } = [];

    /// <summary>What the project references.</summary>
    public List<MetadataReference> AdditionalReferences { get; } = [];
}

/// <summary>What a test leaves unchecked.</summary>
[Flags]
public enum TestBehaviors
{
    None = 0,
    SkipGeneratedSourcesCheck = 2,
}

/// <summary>The diagnostics of the compiler that fail a test.</summary>
public enum CompilerDiagnostics
{
    None,
    Errors,
    Warnings,
}
