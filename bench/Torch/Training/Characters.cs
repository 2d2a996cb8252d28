using KernelGen.Examples;
using KernelGen.Examples.Training;

namespace KernelGen.Bench.Torch.Training;

/// <summary>The text that the models learn, a number for each character.</summary>
internal sealed class Characters
{
    private readonly long[] _text;

    public Characters(string path)
    {
        var text = File.ReadAllText(path);
        var letters = text.Distinct().Order().ToList();
        _text = [.. text.Select(letter => (long)letters.BinarySearch(letter))];
        Count = letters.Count;
    }

    /// <summary>Different characters.</summary>
    public int Count { get; }

    /// <summary>The batch of a step: pieces of the text, each character to be answered with the next.</summary>
    public TrainingBatch Batch(int rows, int length, int step)
    {
        var (inputs, targets) = (new long[rows * length], new long[rows * length]);
        var random = Seeds.Random("training step", rows, length, step);
        for (var row = 0; row < rows; row++)
        {
            var from = random.Next(_text.Length - length);
            _text.AsSpan(from, length).CopyTo(inputs.AsSpan(row * length));
            _text.AsSpan(from + 1, length).CopyTo(targets.AsSpan(row * length));
        }

        return new TrainingBatch(rows, length, inputs, targets);
    }
}
