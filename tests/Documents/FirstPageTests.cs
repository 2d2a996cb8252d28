using Xunit;

namespace KernelGen.Tests.Documents;

/// <summary>Is the first page short, and does it begin with what a newcomer needs?</summary>
public sealed class FirstPageTests
{
    private static readonly MarkdownPage Page = DocumentFiles.Read("README.md");

    [Fact]
    public void It_has_fewer_than_600_words() => Assert.InRange(Page.Words, 100, 599);

    [Fact]
    public void Its_program_has_12_lines_and_says_what_it_prints()
    {
        var program = Assert.Single(Snippet.Of(Page), snippet => snippet.IsProgram).Block;
        Assert.Equal(12, program.Code.Split('\n').Count(line => line.Trim().Length > 0));
        Assert.NotNull(program.Output);
    }

    [Fact]
    public void It_has_one_picture() => Assert.Single(Page.Links, link => link.EndsWith(".svg", StringComparison.Ordinal));

    /// <summary>The main job first in its short form, then whole, then the tests: by commands that .ci/run uses too.</summary>
    [Fact]
    public void Its_commands_come_in_order()
    {
        var text = File.ReadAllText(Path.Combine(Harness.Repository.Root, "README.md"));
        string[] commands =
        [
            "dotnet add package KernelGen\n",
            "dotnet run -c Release --project examples/01-LongProteins -- --quick\n",
            "dotnet run -c Release --project examples/01-LongProteins\n",
            "dotnet test -c Release\n",
        ];
        var places = commands.Select(command => text.IndexOf(command, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }
}
