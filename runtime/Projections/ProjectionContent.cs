namespace KernelGen;

/// <summary>What determines a projection, and all that a saved one holds.</summary>
/// <param name="Sizes">The draw and the sizes.</param>
/// <param name="Signs">[blocks, 3, P] for Hadamard, none for others.</param>
/// <param name="Numbers">Lengths [rows] for Hadamard, weights [rows, columns] for others.</param>
internal sealed record ProjectionContent(ProjectionSizes Sizes, float[] Signs, float[] Numbers)
{
    /// <summary>What is wrong with numbers that come from outside, or null.</summary>
    public string? Problem()
    {
        // No number of a row of the product of a block is larger than the row is long.
        var largestFactor = Sizes.IsHadamard ? Sizes.PaddedColumns * Math.Sqrt(Sizes.PaddedColumns) : 1;
        for (var i = 0; i < Numbers.Length; i++)
        {
            var number = Numbers[i];
            if (Sizes.IsHadamard && !(number >= 0 && number * largestFactor <= float.MaxValue))
            {
                return FormattableString.Invariant(
                    $"The length of row {i} is {number}; lengths must be at least 0, and the weights finite.");
            }

            if (!float.IsFinite(number))
            {
                return FormattableString.Invariant(
                    $"The weight in row {i / Sizes.Columns}, column {i % Sizes.Columns} is {number}; weights must be finite.");
            }
        }

        var wrong = Signs.AsSpan().IndexOfAnyExcept(1f, -1f);
        return wrong < 0 ? null : FormattableString.Invariant($"Sign {wrong} of {Signs.Length} is {Signs[wrong]}; signs must be 1 or -1.");
    }
}
