using System.Globalization;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>The text form: the same bits come back, and nothing but what was written comes back.</summary>
public sealed class ProjectionTextTests
{
    [Theory]
    [MemberData(nameof(ProjectionSamples.Names), MemberType = typeof(ProjectionSamples))]
    public void ParseReadsWhatToTextWrote(string name)
    {
        var w = ProjectionSamples.Of(name);
        var text = w.ToText();
        Assert.DoesNotContain('\r', text);
        Assert.EndsWith("\n", text);
        ProjectionSamples.AssertSame(w, Projection.Parse(text));
        ProjectionSamples.AssertSame(w, Projection.Parse(text.Replace("\n", "\r\n") + "\r\n"));
        ProjectionSamples.AssertSame(w, Projection.Parse(text.TrimEnd()));
        Assert.Equal(text, Projection.Parse(text).ToText());
    }

    [Fact]
    public void TheTextIsThatOfTheDocumentation()
    {
        var w = Projection.FromWeights([1, -2.5f, 0.1f, -0f, 1e-20f, 3e20f], 2, 3);
        Assert.Equal("KernelGen.Projection version 1 draw Given rows 2 columns 3\n1 -2.5 0.1\n-0 1E-20 3E+20\n", w.ToText()[..^15]);
        using MemoryStream stream = new();
        w.Save(stream);
        Assert.Equal($"crc32 {BitConverter.ToUInt32(stream.ToArray().AsSpan()[^4..]):X8}\n", w.ToText()[^15..]);

        var h = Projection.Hadamard(2, 3, 7);
        var lines = h.ToText().Split('\n');
        Assert.Equal("KernelGen.Projection version 1 draw Hadamard rows 2 columns 3", lines[0]);
        Assert.Equal(string.Concat(h.Signs.ToArray().Select(s => s < 0 ? '-' : '+')), lines[1] + lines[2] + lines[3]);
        Assert.All(lines[1..4], line => Assert.Equal(4, line.Length));
        Assert.Equal(h.Lengths.ToArray(), lines[4..6].Select(line => float.Parse(line, CultureInfo.InvariantCulture)));
        Assert.Equal(8, lines.Length);
    }

    [Fact]
    public void TheCultureDoesNotMatter()
    {
        // The process runs with invariant globalisation, so a culture is made by hand.
        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NegativeSign = "~";
        var w = ProjectionSamples.Of("hard");
        var text = w.ToText();
        try
        {
            CultureInfo.CurrentCulture = comma;
            Assert.Equal(text, w.ToText());
            ProjectionSamples.AssertSame(w, Projection.Parse(text));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [MemberData(nameof(ProjectionSamples.SmallNames), MemberType = typeof(ProjectionSamples))]
    public void EveryPrefixIsRefused(string name)
    {
        var text = ProjectionSamples.Of(name).ToText();
        for (var length = 0; length < text.Length - 1; length++) // the last line end may be left out
        {
            Refusal(text[..length]);
        }
    }

    [Theory]
    [MemberData(nameof(ProjectionSamples.SmallNames), MemberType = typeof(ProjectionSamples))]
    public void ADamagedCharacterIsRefusedOrChangesNothing(string name)
    {
        // A space for a number's end, or E for e, is the same projection; another projection must never come out.
        var w = ProjectionSamples.Of(name);
        var text = w.ToText();
        var refused = 0;
        for (var place = 0; place < text.Length; place++)
        {
            foreach (var other in " \n\r0195.-+eEx,∞")
            {
                var damaged = text[..place] + other + text[(place + 1)..];
                try
                {
                    ProjectionSamples.AssertSame(w, Projection.Parse(damaged));
                }
                catch (FormatException)
                {
                    refused++;
                }
            }
        }

        Assert.InRange(refused, text.Length * 12, text.Length * 15); // nearly all
    }

    [Fact]
    public void EveryErrorNamesWhatIsWrong()
    {
        var text = Projection.FromWeights([1, 2, 3, 4, 5, 6], 2, 3).ToText();
        Assert.Contains("ends after line 0; line 1 should be KernelGen.Projection version 1", Refusal(""));
        Assert.Contains("ends after line 0", Refusal(null));
        Assert.Contains("its first line is 'hello', not such as 'KernelGen.Projection", Refusal("hello\nworld"));
        Assert.Contains($"its first line is '{new string('x', 40)}…'", Refusal(new string('x', 1000)));
        Assert.Contains("its first line is 'KernelGen.Projection version one", Refusal(text.Replace("version 1", "version one")));
        Assert.Contains("version 2 of the text form; this library reads version 1", Refusal("KernelGen.Projection version 2 whatever"));
        Assert.Contains("the draw 'Normal'; draws are Given, Orthogonal, Gaussian", Refusal(text.Replace("Given", "Normal")));
        Assert.Contains("the draw '1'", Refusal(text.Replace("Given", "1")));
        Assert.Contains("the draw '7'", Refusal(text.Replace("Given", "7")));
        Assert.Contains("the draw 'Given,Gaussian'", Refusal(text.Replace("Given", "Given,Gaussian")));
        Assert.Contains("0 rows and 3 columns", Refusal(text.Replace("rows 2", "rows 0")));
        Assert.Contains("2 rows and -3 columns", Refusal(text.Replace("columns 3", "columns -3")));
        Assert.Contains("its first line is", Refusal(text.Replace("columns 3", "columns 99999999999")));
        Assert.Contains("65536 × 65536 weights are 4294967296", Refusal(text.Replace("rows 2 columns 3", "rows 65536 columns 65536")));
        Assert.Contains("32768 rows and 32768 columns take at least 2147483648 characters; 27 follow",
            Refusal(text.Replace("rows 2 columns 3", "rows 32768 columns 32768")));
        Assert.Contains("Line 3 holds 2 numbers; it should hold 3", Refusal(text.Replace("4 5 6", "4 5")));
        Assert.Contains("Line 3 holds 4 numbers; it should hold 3", Refusal(text.Replace("4 5 6", "4 5 6 7")));
        Assert.Contains("Number 2 in line 3 is '5,1', which is no number", Refusal(text.Replace("4 5 6", "4 5,1 6")));
        Assert.Contains("The weight in row 1, column 2 is NaN", Refusal(text.Replace("4 5 6", "4 5 NaN")));
        Assert.Contains("The weight in row 1, column 0 is Infinity", Refusal(text.Replace("4 5 6", "1e60 5 6")));
        Assert.Contains("Line 4 is 'crc3", Refusal(text[..^2]));
        Assert.Contains("ends after line 3; line 4 should be 'crc32 ' and 8 hexadecimal digits",
            Refusal(text[..text.IndexOf("crc32", StringComparison.Ordinal)]));
        Assert.Contains("its numbers have the checksum", Refusal(text.Replace("4 5 6", "4 5 7")));
        Assert.Contains("Line 4 should be the last, but 3 characters follow", Refusal(text + "\n7\n"));

        var hadamard = Projection.Hadamard(1, 4, 1).ToText();
        var firstSigns = hadamard.Split('\n')[1];
        Assert.Contains(
            "Sign 3 in line 2 is '1'; signs must be + or -",
            Refusal(hadamard.Replace(firstSigns, firstSigns[..2] + "1" + firstSigns[3..])));
        Assert.Contains("Line 2 holds 5 signs; it should hold 4", Refusal(hadamard.Replace(firstSigns, firstSigns + "+")));
        Assert.Contains("The length of row 0 is -1", Refusal(hadamard.Replace(hadamard.Split('\n')[4], "-1")));
    }

    private static string Refusal(string? text) => Assert.Throws<FormatException>(() => Projection.Parse(text)).Message;
}
