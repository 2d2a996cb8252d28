using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace KernelGen.Tests.Harness.Testing;

/// <summary>An expected diagnostic: id, place, and the message where a test gives it.</summary>
public sealed record DiagnosticResult(string Id)
{
    public string? Path { get; private init; }

    public TextSpan Span { get; private init; }

    public string? Message { get; private init; }

    public static DiagnosticResult Of(Diagnostic diagnostic) => diagnostic.Location.IsInSource
        ? new DiagnosticResult(diagnostic.Id).WithSpan(diagnostic.Location.SourceTree!.FilePath, diagnostic.Location.SourceSpan)
        : new DiagnosticResult(diagnostic.Id);

    public DiagnosticResult WithSpan(string path, TextSpan span) => this with { Path = path, Span = span };

    public DiagnosticResult WithMessage(string message) => this with { Message = message };

    public override string ToString() => Path is null ? Id : $"{Id} {Path} {Span}";
}
