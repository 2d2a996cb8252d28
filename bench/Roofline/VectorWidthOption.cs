using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace KernelGen.Bench.Roofline;

/// <summary>The option that names vector widths.</summary>
internal static class VectorWidthOption
{
    /// <param name="otherwise">What is measured without the option.</param>
    public static Option<int[]> Create(string otherwise) => new("--widths")
    {
        Description = $"The vector widths to measure, in bits, separated by commas; {otherwise}",
        HelpName = "512,256,128",
        CustomParser = Parse,
    };

    private static int[] Parse(ArgumentResult result)
    {
        var widths = new List<int>();
        foreach (var part in string.Join(',', result.Tokens.Select(token => token.Value)).Split(','))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var width) || !VectorWidth.All.Contains(width))
            {
                result.AddError($"--widths: '{part}' is not a vector width; choose from {string.Join(", ", VectorWidth.All)}.");
                return [];
            }

            widths.Add(width);
        }

        return [.. widths.Distinct()];
    }
}
