using Microsoft.CodeAnalysis;

namespace KernelGen.Tests.Harness;

/// <summary>The severities that .editorconfig files give to the diagnostics of a file, as the compiler reads them.</summary>
internal sealed class ConfiguredSeverities(IEnumerable<(string Path, string Content)> files) : SyntaxTreeOptionsProvider
{
    private readonly AnalyzerConfigSet _set = AnalyzerConfigSet.Create(
        files.Select(file => AnalyzerConfig.Parse(file.Content, file.Path)).ToList());

    public override GeneratedKind IsGenerated(SyntaxTree tree, CancellationToken cancellationToken) => GeneratedKind.Unknown;

    public override bool TryGetDiagnosticValue(
        SyntaxTree tree, string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity) =>
        _set.GetOptionsForSourcePath(tree.FilePath).TreeOptions.TryGetValue(diagnosticId, out severity);

    public override bool TryGetGlobalDiagnosticValue(
        string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity) =>
        _set.GlobalConfigOptions.TreeOptions.TryGetValue(diagnosticId, out severity);
}
