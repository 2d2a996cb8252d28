namespace KernelGen.Tests.Documents;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The path of the page.</param>
/// <param name="Line">The line of the page that its first line is, from 1.</param>
/// <param name="Language">What stands behind the fence, as csharp.</param>
/// <param name="Mark">What a comment <c>&lt;!-- snippet: … --&gt;</c> just before it says, or empty.</param>
/// <param name="Code">What is in it.</param>
/// <param name="Output">The block of text that follows before another block or heading does: what a program prints. Or null.</param>
internal sealed record CodeBlock(string Page, int Line, string Language, string Mark, string Code, string? Output)
{
    public override string ToString() => $"{Page}:{Line}";
}
