using Xunit;

namespace KernelGen.Tests.Documents;

/// <summary>Does what documents show compile and run, and is what they link to there?</summary>
public sealed class DocumentTests
{
    public static TheoryData<string> Pages => [.. DocumentFiles.All];

    public static TheoryData<string> PagesWithCode =>
        [.. DocumentFiles.All.Where(path => DocumentFiles.Read(path).Blocks.Any(block => block.Language == "csharp"))];

    [Theory]
    [MemberData(nameof(PagesWithCode))]
    public void Snippets_compile_and_programs_run(string path) =>
        AssertNone(Snippet.Of(DocumentFiles.Read(path)).SelectMany(snippet => snippet.Faults()));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_somewhere(string path) => AssertNone(LinkCheck.Faults(DocumentFiles.Read(path)));

    /// <summary>A block without a language is not tested, so C# says that it is.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Blocks_of_csharp_say_so(string path) => Assert.DoesNotContain(
        DocumentFiles.Read(path).Blocks, block => block.Language is "cs" or "c#" or "CSharp" or "C#" or "");

    /// <summary>All of them in full, where an assertion about collections shows the first few in part.</summary>
    private static void AssertNone(IEnumerable<string> faults)
    {
        var text = string.Join('\n', faults);
        if (text.Length > 0)
        {
            Assert.Fail(text);
        }
    }
}
