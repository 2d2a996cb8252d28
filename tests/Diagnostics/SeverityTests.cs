using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>Users can silence and re-grade the rules with the means of the compiler.</summary>
public sealed class SeverityTests
{
    private const string Warned = "using KernelGen;\n[FavorAttention(HeadDim = 8, Features = 16, Epsilon = 1f)] partial class A { }";

    [Theory]
    [InlineData("KGEN008", "[FavorAttention(HeadDim = 8, Features = 16, Epsilon = 1f)] partial class A { }")]
    [InlineData("KGEN005", "[FavorAttention(HeadDim = 0, Features = 16)] partial class A { }")]
    [InlineData("KGEN001", "[SoftmaxAttention(HeadDim = 8)] class A { }")]
    public Task Pragma_silences(string id, string code) => GeneratorTest.ExpectAsync($"""
        using KernelGen;
        #pragma warning disable {id}
        {code}
        """);

    [Fact]
    public Task Pragma_restores() => GeneratorTest.ExpectAsync("""
        using KernelGen;
        #pragma warning disable KGEN008
        [FavorAttention(HeadDim = 8, Features = 16, Epsilon = 1f)] partial class A { }
        #pragma warning restore KGEN008
        [FavorAttention(HeadDim = 8, Features = 16, Epsilon = {|KGEN008:1f|})] partial class B { }
        """);

    [Theory]
    [InlineData("none", null)]
    [InlineData("suggestion", DiagnosticSeverity.Info)]
    [InlineData("warning", DiagnosticSeverity.Warning)]
    [InlineData("error", DiagnosticSeverity.Error)]
    public void Editorconfig_grades(string severity, DiagnosticSeverity? expected)
    {
        var run = new GeneratorRun(Warned).Configure($"root = true\n[*.cs]\ndotnet_diagnostic.KGEN008.severity = {severity}\n");

        Assert.Equal(expected, run.Reported.SingleOrDefault()?.Severity);
    }

    [Fact]
    public void Every_rule_has_a_section_that_its_help_link_opens()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "generator", "Diagnostics", "README.md"));
        var fields = typeof(Generator.Diagnostics.Rules).GetFields();
        Assert.NotEmpty(fields);
        foreach (var rule in fields.Select(field => (DiagnosticDescriptor)field.GetValue(null)!))
        {
            Assert.EndsWith("#" + rule.Id.ToLowerInvariant(), rule.HelpLinkUri);
            Assert.Contains($"\n## {rule.Id}\n", page);
            Assert.Equal("KernelGen.Usage", rule.Category);
        }
    }
}
