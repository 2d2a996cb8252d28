using System.Runtime.CompilerServices;
using Xunit;

namespace KernelGen.Gpu.Tests.Surface;

/// <summary>
/// The facade offers nothing that ILGPU does not: its surface is the checked-in list, and with <c>-p:Ilgpu=true</c> every line of the list
/// is looked up in the package. <c>KERNELGEN_UPDATE_SURFACE=1</c> writes the list anew, from the facade or, in the other build, without the
/// lines that the package does not have.
/// </summary>
public class SurfaceTests
{
    [Fact]
    public void Facade_is_a_part_of_the_package()
    {
        var here = PublicSurface.Of(typeof(ILGPU.Context).Assembly).ToHashSet();
        var isPackage = typeof(ILGPU.Context).Assembly.GetName().Name == "ILGPU";
        if (Environment.GetEnvironmentVariable("KERNELGEN_UPDATE_SURFACE") == "1")
        {
            var lines = isPackage ? Listed().Where(here.Contains) : here.Order(StringComparer.Ordinal);
            File.WriteAllText(ListPath(), string.Join('\n', lines) + '\n');
            return;
        }

        Assert.NotEmpty(Listed());
        Assert.Empty(Listed().Except(here));
        if (!isPackage)
        {
            Assert.Empty(here.Except(Listed()));
        }
    }

    private static string[] Listed() => File.ReadAllLines(ListPath());

    private static string ListPath([CallerFilePath] string source = "") =>
        Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "IlgpuFacade", "surface.txt");
}
