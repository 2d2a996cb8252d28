namespace KernelGen.Examples;

/// <summary>How a curve of a <see cref="LogPlot"/> is drawn.</summary>
internal enum LineStyle
{
    /// <summary>A full line with full marks.</summary>
    Full,

    /// <summary>Dashes with hollow marks.</summary>
    Dashed,

    /// <summary>Dots with hollow marks.</summary>
    Dotted,
}
