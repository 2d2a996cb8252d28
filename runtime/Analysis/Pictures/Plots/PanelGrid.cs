namespace KernelGen;

/// <summary>The places of small panels with the same axes, one a curve: filled downwards, then to the right.</summary>
internal sealed class PanelGrid
{
    private const int Gap = 24, NameHeight = 24, LeastWidth = 150, LeastHeight = 110;

    private readonly PlotFrame _whole;
    private readonly int _count;

    /// <param name="whole">The room of all panels; they may need more below.</param>
    /// <param name="count">How many there are, at least 1.</param>
    /// <param name="nameWidth">The pixels of the longest text that a panel has room for, where the whole has.</param>
    /// <param name="rowsTogether">The rows are a multiple of it: curves that belong together stand below each other.</param>
    public PanelGrid(PlotFrame whole, int count, double nameWidth, int rowsTogether)
    {
        _count = count;
        var most = Math.Max(1, (int)((whole.Right - whole.Left + Gap) / (Math.Max(LeastWidth, nameWidth) + Gap)));
        Rows = rowsTogether;
        while (Columns > most)
        {
            Rows += rowsTogether;
        }

        Rows = Math.Min(Rows, count);
        var height = Math.Max(LeastHeight + NameHeight, (whole.Bottom - whole.Top) / Rows);
        _whole = whole with { Bottom = whole.Top + Rows * height };
    }

    /// <summary>Rows of panels.</summary>
    public int Rows { get; private set; }

    /// <summary>Columns of panels.</summary>
    public int Columns => (_count + Rows - 1) / Rows;

    /// <summary>The room that all panels take.</summary>
    public PlotFrame Whole => _whole;

    /// <summary>How far labels may stand out of a panel to the sides.</summary>
    public static double Overhang => Gap / 2.0 - 1;

    /// <summary>The axes of a panel.</summary>
    public PlotFrame this[int panel]
    {
        get
        {
            var (column, row) = (panel / Rows, panel % Rows);
            var width = (_whole.Right - _whole.Left + Gap) / Columns;
            var height = (_whole.Bottom - _whole.Top) / Rows;
            return _whole with
            {
                Left = _whole.Left + column * width,
                Right = _whole.Left + (column + 1) * width - Gap,
                Top = _whole.Top + row * height + NameHeight,
                Bottom = _whole.Top + (row + 1) * height,
            };
        }
    }

    /// <summary>Whether the numbers of the y axis stand beside a panel: left of the first column.</summary>
    public bool HasYLabels(int panel) => panel < Rows;

    /// <summary>Whether the numbers of the x axis stand below a panel: the lowest one of its column.</summary>
    public bool HasXLabels(int panel) => panel % Rows == Rows - 1 || panel == _count - 1;
}
