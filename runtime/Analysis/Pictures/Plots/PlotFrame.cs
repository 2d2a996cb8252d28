namespace KernelGen;

/// <summary>The rectangle between the axes of a plot, in pixels, with the axes that lie along it.</summary>
internal sealed record PlotFrame(double Left, double Top, double Right, double Bottom, Axis XAxis, Axis YAxis)
{
    private const double LetterWidth = 7.6, LabelHeight = 15;

    /// <summary>Where it begins, so that the labels of its y axis have room beside the title of that.</summary>
    public static int LeftOf(Axis y) => Math.Max(SvgPage.Left, 44 + (int)(LetterWidth * y.Ticks.Max(tick => tick.Label.Length)));

    /// <summary>The pixels of a number on the x axis.</summary>
    public double X(double number) => Left + XAxis.Share(number) * (Right - Left);

    /// <summary>The pixels of a number on the y axis.</summary>
    public double Y(double number) => Bottom - YAxis.Share(number) * (Bottom - Top);

    /// <summary>Draws the lines behind the curves.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="fine">Whether fine lines are among them; a small panel has room for few lines, and these are faint.</param>
    public void DrawGrid(SvgPage page, bool fine)
    {
        Lines("#eeeeee", [], fine ? YAxis.FineLines : []);
        Lines(fine ? "#d5d5d5" : "#eeeeee", XAxis.Ticks.Select(tick => tick.Value), YAxis.Ticks.Select(tick => tick.Value));

        void Lines(string colour, IEnumerable<double> xs, IEnumerable<double> ys)
        {
            page.Line($"  <g stroke=\"{colour}\">");
            foreach (var y in ys)
            {
                page.Line($"    <path d=\"M{Left:F1} {Y(y):F1}H{Right:F1}\"/>");
            }

            foreach (var x in xs)
            {
                page.Line($"    <path d=\"M{X(x):F1} {Top:F1}V{Bottom:F1}\"/>");
            }

            page.Line($"  </g>");
        }
    }

    /// <summary>Draws the two axes themselves.</summary>
    public void DrawAxes(SvgPage page) =>
        page.Line($"  <path d=\"M{Left:F1} {Top:F1}V{Bottom:F1}H{Right:F1}\" fill=\"none\" stroke=\"#222\"/>");

    /// <summary>Draws a short line at each tick, outside of the rectangle.</summary>
    public void DrawMarks(SvgPage page)
    {
        var marks = XAxis.Ticks.Select(tick => SvgPage.Text($"M{X(tick.Value):F1} {Bottom:F1}v4"))
            .Concat(YAxis.Ticks.Select(tick => SvgPage.Text($"M{Left:F1} {Y(tick.Value):F1}h-4")));
        page.Line($"  <path d=\"{string.Concat(marks)}\" stroke=\"#222\"/>");
    }

    /// <summary>Draws the titles of both axes.</summary>
    public void DrawTitles(SvgPage page)
    {
        var (x, y) = ((Left + Right) / 2, (Top + Bottom) / 2);
        page.Line($"  <text x=\"{x:F1}\" y=\"{Bottom + 48:F1}\" text-anchor=\"middle\">{SvgPage.Escape(XAxis.Title)}</text>");
        page.Line($"  <text transform=\"translate(20 {y:F1}) rotate(-90)\" text-anchor=\"middle\">{SvgPage.Escape(YAxis.Title)}</text>");
    }

    /// <summary>Draws those labels of the y axis that have room, from the top down.</summary>
    public void DrawYLabels(SvgPage page)
    {
        var free = double.NegativeInfinity;
        foreach (var (value, label) in YAxis.Ticks.Reverse())
        {
            var y = Y(value) + 4;
            if (y - free >= LabelHeight)
            {
                free = y;
                page.Line($"  <text x=\"{Left - 8:F1}\" y=\"{y:F1}\" text-anchor=\"end\">{SvgPage.Escape(label)}</text>");
            }
        }
    }

    /// <summary>Draws those labels of the x axis that have room, from the right.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="overhang">How far they may stand out to either side.</param>
    public void DrawXLabels(SvgPage page, double overhang = double.PositiveInfinity)
    {
        var free = double.PositiveInfinity;
        foreach (var (value, label) in XAxis.Ticks.Reverse())
        {
            var (x, half) = (X(value), LetterWidth * label.Length / 2);
            if (x + half + 8 <= free && x - half >= Left - overhang && x + half <= Right + overhang)
            {
                free = x - half;
                page.Line($"  <text x=\"{x:F1}\" y=\"{Bottom + 20:F1}\" text-anchor=\"middle\">{SvgPage.Escape(label)}</text>");
            }
        }
    }
}
