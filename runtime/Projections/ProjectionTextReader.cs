using System.Globalization;

namespace KernelGen;

/// <summary>Reads the lines of a projection's text form, and says in which line something is wrong.</summary>
internal ref struct ProjectionTextReader(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;
    private int _line;

    /// <summary>The characters that have not been read.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>The next line, without its end.</summary>
    /// <param name="wanted">What it should hold, for the message where there is none.</param>
    public ReadOnlySpan<char> Line(string wanted)
    {
        if (_rest.IsEmpty)
        {
            throw new FormatException($"The text ends after line {_line}; line {_line + 1} should be {wanted}.");
        }

        var length = _rest.IndexOf('\n');
        var line = length < 0 ? _rest : _rest[..length];
        _rest = length < 0 ? [] : _rest[(length + 1)..];
        _line++;
        return line.TrimEnd(" \r"); // a copy may have come through a system that ends lines in \r\n
    }

    /// <summary>A line of one '+' or '-' per sign.</summary>
    public void Signs(Span<float> destination)
    {
        var line = Line($"{destination.Length} signs");
        if (line.Length != destination.Length)
        {
            throw new FormatException($"Line {_line} holds {line.Length} signs; it should hold {destination.Length}.");
        }

        for (var i = 0; i < line.Length; i++)
        {
            destination[i] = line[i] switch
            {
                '+' => 1,
                '-' => -1,
                _ => throw new FormatException($"Sign {i + 1} in line {_line} is '{Shown(line.Slice(i, 1))}'; signs must be + or -."),
            };
        }
    }

    /// <summary>A line of numbers with a space between.</summary>
    public void Numbers(Span<float> destination)
    {
        var line = Line($"{destination.Length} numbers");
        var count = 0;
        foreach (var range in line.Split(' '))
        {
            var word = line[range];
            if (word.IsEmpty)
            {
                continue;
            }

            if (count < destination.Length
                && !float.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out destination[count]))
            {
                throw new FormatException($"Number {count + 1} in line {_line} is '{Shown(word)}', which is no number.");
            }

            count++;
        }

        if (count != destination.Length)
        {
            throw new FormatException($"Line {_line} holds {count} numbers; it should hold {destination.Length}.");
        }
    }

    /// <summary>The line of the checksum.</summary>
    public uint Checksum(string word)
    {
        const int digits = 8;
        var line = Line($"'{word} ' and {digits} hexadecimal digits");
        uint checksum = 0;
        var right = line.Length == word.Length + 1 + digits
            && line.StartsWith(word)
            && line[word.Length] == ' '
            && uint.TryParse(line[^digits..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out checksum);
        return right
            ? checksum
            : throw new FormatException($"Line {_line} is '{Shown(line)}'; it should be '{word} ' and {digits} hexadecimal digits.");
    }

    /// <summary>Nothing but white space may be left.</summary>
    public readonly void End()
    {
        if (!_rest.IsWhiteSpace())
        {
            throw new FormatException($"Line {_line} should be the last, but {_rest.Length} characters follow.");
        }
    }

    /// <summary>The beginning of a part of the text, for messages.</summary>
    public static string Shown(ReadOnlySpan<char> part)
    {
        const int most = 40;
        return part.Length <= most ? part.ToString() : $"{part[..most]}…";
    }
}
