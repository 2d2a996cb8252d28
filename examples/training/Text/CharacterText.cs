namespace KernelGen.Examples.Training;

/// <summary>
/// A text as a model reads it, a number for each character: the first nine tenths to learn from, the rest to be tested on.
/// </summary>
internal sealed class CharacterText
{
    private const double TrainingShare = 0.9;

    private readonly char[] _letters;
    private readonly long[] _text;
    private readonly int _trainingLength;

    private CharacterText(string text)
    {
        _letters = [.. text.Distinct().Order()];
        _text = [.. text.Select(letter => (long)Array.BinarySearch(_letters, letter))];
        _trainingLength = (int)(TrainingShare * _text.Length);
    }

    /// <summary>Different characters.</summary>
    public int Vocabulary => _letters.Length;

    /// <summary>Characters.</summary>
    public int Length => _text.Length;

    /// <summary>The part to learn from.</summary>
    public ReadOnlySpan<long> Learned => _text.AsSpan(0, _trainingLength);

    /// <summary>The part to be tested on.</summary>
    public ReadOnlySpan<long> Held => _text.AsSpan(_trainingLength);

    /// <summary>Reads a file.</summary>
    /// <exception cref="JobException">It cannot be read, or is too short to learn from.</exception>
    public static CharacterText ReadFile(string path)
    {
        const int least = 10_000;
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException($"The text '{path}' cannot be read: {e.Message}");
        }

        return text.Length >= least
            ? new CharacterText(text)
            : throw new JobException(FormattableString.Invariant(
                $"The text '{path}' has {text.Length} characters, but {least} or more are needed to learn from."));
    }

    /// <summary>The numbers of a prompt.</summary>
    /// <exception cref="JobException">It has a character that the text has not.</exception>
    public long[] Encode(string prompt) =>
    [
        .. prompt.Select(letter => Array.BinarySearch(_letters, letter) is var number and >= 0
            ? (long)number
            : throw new JobException($"The prompt has the character '{letter}', which the text that the model learned from has not.")),
    ];

    /// <summary>The character of a number.</summary>
    public char Decode(long number) => _letters[number];

    /// <summary>The batch of a step: random pieces of the text, each character to be answered with the next.</summary>
    public TrainingBatch Batch(int rows, int length, int seed, long step)
    {
        var random = Seeds.Random("pieces of a text", seed, (int)step);
        return Pieces(rows, length, _ => random.Next(_trainingLength - length));
    }

    /// <summary>Pieces of the part to be tested on, evenly apart: the same for every model.</summary>
    public TrainingBatch HeldBatch(int rows, int length)
    {
        var room = _text.Length - _trainingLength - length - 1;
        return Pieces(rows, length, row => _trainingLength + (int)((long)row * room / Math.Max(1, rows - 1)));
    }

    private TrainingBatch Pieces(int rows, int length, Func<int, int> start)
    {
        var (inputs, targets) = (new long[rows * length], new long[rows * length]);
        for (var row = 0; row < rows; row++)
        {
            var from = start(row);
            _text.AsSpan(from, length).CopyTo(inputs.AsSpan(row * length));
            _text.AsSpan(from + 1, length).CopyTo(targets.AsSpan(row * length));
        }

        return new TrainingBatch(rows, length, inputs, targets);
    }
}
