namespace KernelGen.Examples.LongRange;

/// <summary>A question, what has to be run for it, and the answer in numbers.</summary>
internal abstract class Question
{
    /// <summary>The question.</summary>
    public abstract string Text { get; }

    /// <summary>The runs that are left.</summary>
    public abstract int Left { get; }

    /// <summary>Whether there is anything to print.</summary>
    public abstract bool HasResults { get; }

    /// <summary>Does what is left, a unit of work for each run.</summary>
    /// <returns>Whether nothing is left; otherwise it was stopped.</returns>
    public abstract bool Answer(IJobProgress progress);

    /// <summary>Prints what there is.</summary>
    public abstract void Print(Printer printer);

    /// <summary>Draws what there is: the whole SVG file.</summary>
    public abstract string Plot();
}
