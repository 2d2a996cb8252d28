using KernelGen.Bench.Compare;
using Xunit;

namespace KernelGen.Tests.Bench;

/// <summary>Are the errors of a build found in what it says, with their files?</summary>
public sealed class CompilerErrorTests
{
    [Fact]
    public void FindsEachErrorOnce()
    {
        const string Output = """
              Determining projects to restore...
            /src/a b/tree/bench/Kernels/Declarations/Oprf.cs(3,33): error CS0117: 'KernelFunction' has no 'Oprf': a (b) [/src/a b/x.csproj]
            /src/a b/tree/bench/Kernels/Declarations/Oprf.cs(3,33): error CS0117: 'KernelFunction' has no 'Oprf': a (b) [/src/a b/x.csproj]
            /src/a.cs(1,2): warning CS0618: 'error CS1: old' is obsolete [/src/x.csproj]
            C:\tree\bench\Rows.cs(12,3,12,9): error KGEN002: HeadDim is 0 [C:\tree\x.csproj]
            CSC : error CS5001: Program does not contain a static 'Main' method [/src/x.csproj]
            """;
        Assert.Equal(
            [
                new CompilerError(
                    "/src/a b/tree/bench/Kernels/Declarations/Oprf.cs", "line 3: CS0117: 'KernelFunction' has no 'Oprf': a (b)"),
                new CompilerError(@"C:\tree\bench\Rows.cs", "line 12: KGEN002: HeadDim is 0"),
                new CompilerError(null, "CS5001: Program does not contain a static 'Main' method"),
            ],
            CompilerError.Parse(Output.ReplaceLineEndings("\r\n")));
    }

    [Fact]
    public void SaysTheFileWithoutItsFolder() => Assert.Equal(
        "Oprf.cs, line 3: CS0117: no", new CompilerError("/src/tree/Oprf.cs", "line 3: CS0117: no").ToString());
}
