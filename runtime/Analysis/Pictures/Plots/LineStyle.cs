namespace KernelGen;

/// <summary>How the curve of a <see cref="PlotSeries"/> is drawn.</summary>
internal enum LineStyle
{
    /// <summary>A full line with full marks.</summary>
    Full,

    /// <summary>Dashes with hollow marks.</summary>
    Dashed,

    /// <summary>Dots with hollow marks.</summary>
    Dotted,

    /// <summary>Full marks without a line: points that do not follow from each other.</summary>
    None,
}
