namespace KernelGen.Examples;

/// <summary>Progress as plain lines, one for each place in the job, for logs and pipes.</summary>
internal sealed class LineProgress(TextWriter output, double work) : IJobProgress
{
    private double _planned = work;
    private double _done;
    private string? _place;

    /// <inheritdoc/>
    public void Begin(string place, string stage)
    {
        if (place != _place)
        {
            output.WriteLine(FormattableString.Invariant($"[{100 * _done / _planned,3:F0} %] {place}"));
            _place = place;
        }
    }

    /// <inheritdoc/>
    public void Done(double work) => _done += work;

    /// <inheritdoc/>
    public void Drop(double work) => _planned -= work;
}
