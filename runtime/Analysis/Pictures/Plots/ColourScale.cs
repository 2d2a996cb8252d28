namespace KernelGen;

/// <summary>Colours for numbers: from nearly white for the least to a dark blue for the largest, evenly darker on the way.</summary>
/// <param name="Least">What is nearly white, with all below it.</param>
/// <param name="Most">What is dark blue, with all above it.</param>
internal sealed record ColourScale(double Least, double Most)
{
    /// <summary>The colours between which others are mixed.</summary>
    private static readonly (int Red, int Green, int Blue)[] Stops =
        [(247, 250, 253), (200, 221, 238), (125, 177, 215), (55, 122, 179), (16, 72, 132), (6, 30, 71)];

    /// <summary>More steps than an eye tells apart, and few enough that pictures stay small.</summary>
    private const int Steps = 48;

    /// <summary>All colours: those of numbers from the least to the largest, and last a grey that stands for no number.</summary>
    public static IReadOnlyList<(int Red, int Green, int Blue)> Palette { get; } =
        [.. Enumerable.Range(0, Steps).Select(step => Mixed(step / (Steps - 1.0))), (222, 222, 222)];

    /// <summary>A scale over all finite numbers; from 0 to 1 where there are none.</summary>
    public static ColourScale Over(IEnumerable<double> numbers)
    {
        double[] finite = [.. numbers.Where(double.IsFinite)];
        return finite.Length == 0 ? new ColourScale(0, 1) : new ColourScale(finite.Min(), finite.Max());
    }

    /// <summary>Which colour of <see cref="Palette"/> a number has; NaN has the last.</summary>
    public int IndexOf(double number)
    {
        if (double.IsNaN(number))
        {
            return Steps;
        }

        var share = Most > Least ? Math.Clamp((number - Least) / (Most - Least), 0, 1) : 0;
        return (int)Math.Round(share * (Steps - 1));
    }

    private static (int Red, int Green, int Blue) Mixed(double share)
    {
        var place = share * (Stops.Length - 1);
        var stop = Math.Min((int)place, Stops.Length - 2);
        var low = Stops[stop];
        var high = Stops[stop + 1];
        int Mix(int a, int b) => (int)Math.Round(a + (place - stop) * (b - a));
        return (Mix(low.Red, high.Red), Mix(low.Green, high.Green), Mix(low.Blue, high.Blue));
    }
}
