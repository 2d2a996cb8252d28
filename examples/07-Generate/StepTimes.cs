using System.Diagnostics;
using KernelGen.Examples.Training;

namespace KernelGen.Examples.Generate;

/// <summary>Times tokens far on in a sequence.</summary>
internal static class StepTimes
{
    /// <summary>The time of a token after a prompt of so many characters, which are those of the text, again and again.</summary>
    public static StepTime At(int position, Transformer model, CharacterText text)
    {
        using var decoder = new TransformerDecoder(model, sequences: 1);
        var held = text.Held;
        var prompt = new long[position];
        for (var i = 0; i < position; i++)
        {
            prompt[i] = held[i % held.Length];
        }

        _ = decoder.Prefill([prompt]);
        var times = new List<double>();
        for (var i = 0; i < Settings.TimedSteps; i++)
        {
            var start = Stopwatch.GetTimestamp();
            _ = decoder.Step([held[(position + i) % held.Length]]);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        times.Sort();
        return new StepTime(position, times[times.Count / 2], decoder.StateBytes);
    }
}
