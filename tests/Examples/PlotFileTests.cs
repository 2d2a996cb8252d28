using KernelGen.Examples;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Are places where no plot can be written refused, with the option that mends it?</summary>
public sealed class PlotFileTests
{
    [Fact]
    public void AGoodFolderIsAcceptedAndLeftAsItWas()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            PlotFile.CheckFolder(folder.FullName, "--folder");
            PlotFile.Check(Path.Combine(folder.FullName, "plot.svg"), "--svg", "plot.svg");
            Assert.Empty(folder.GetFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void AMissingFolderIsAnErrorThatNamesTheOption()
    {
        var missing = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        Assert.Contains("--folder", Message(() => PlotFile.CheckFolder(missing, "--folder")), StringComparison.Ordinal);
        Assert.Contains("--svg", Message(() => PlotFile.Check(Path.Combine(missing, "a.svg"), "--svg", "a.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public void AFileIsNoFolderAndAFolderNoFile()
    {
        var file = Path.GetTempFileName();
        try
        {
            Assert.Contains("is a file", Message(() => PlotFile.CheckFolder(file, "--folder")), StringComparison.Ordinal);
            Assert.Contains("is a folder", Message(() => PlotFile.Check(Path.GetTempPath(), "--svg", "a.svg")), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void WithoutAPathNothingIsCheckedOrWritten()
    {
        PlotFile.Check(null, "--svg", "a.svg");
        PlotFile.CheckFolder(null, "--folder");
        PlotFile.Write(null, "<svg/>", "");
        Assert.Null(PlotFile.In(null, "a.svg"));
    }

    private static string Message(Action check) => Assert.Throws<JobException>(check).Message;
}
