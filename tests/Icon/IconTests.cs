using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Icon;

/// <summary>The icon's files are what <see cref="IconDrawing"/> draws. KERNELGEN_UPDATE_SNAPSHOTS=1 writes them.</summary>
public sealed class IconTests
{
    private static string Folder => Path.Combine(Repository.Root, "runtime", "Package");

    private static bool Update => Environment.GetEnvironmentVariable("KERNELGEN_UPDATE_SNAPSHOTS") == "1";

    [Fact]
    public void Svg_is_what_is_drawn()
    {
        var path = Path.Combine(Folder, "icon.svg");
        if (Update)
        {
            File.WriteAllText(path, IconDrawing.Svg());
        }

        Assert.Equal(IconDrawing.Svg(), File.ReadAllText(path));
    }

    /// <summary>Pixel by pixel: how well a file is compressed depends on the runtime.</summary>
    [Fact]
    public void Png_is_what_is_drawn()
    {
        var path = Path.Combine(Folder, "icon.png");
        var drawn = IconDrawing.Pixels(IconDrawing.Size);
        if (Update)
        {
            File.WriteAllBytes(path, Png.Write(drawn, IconDrawing.Size));
        }

        Assert.Equal(drawn, Png.Read(File.ReadAllBytes(path), IconDrawing.Size));
    }

    /// <summary>The test above can fail.</summary>
    [Fact]
    public void A_changed_pixel_is_seen()
    {
        var drawn = IconDrawing.Pixels(32);
        var file = Png.Write(drawn, 32);
        Assert.Equal(drawn, Png.Read(file, 32));

        file[^20] ^= 1;
        Assert.Throws<InvalidDataException>(() => Png.Read(file, 32));
    }
}
