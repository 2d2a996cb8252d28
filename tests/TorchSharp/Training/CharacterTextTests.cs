using KernelGen.Examples;
using KernelGen.Examples.Training;
using Xunit;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Texts as models read them.</summary>
public sealed class CharacterTextTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Batches_are_pieces_of_the_text_and_the_characters_after()
    {
        var text = Text(20_000);
        var batch = text.Batch(rows: 5, length: 30, seed: 2, step: 7);
        for (var i = 0; i < batch.Inputs.Length; i++)
        {
            if (i % 30 != 29)
            {
                Assert.Equal(batch.Inputs[i + 1], batch.Targets[i]);
            }
        }

        Assert.Equal(batch.Inputs, text.Batch(5, 30, 2, 7).Inputs);
        Assert.NotEqual(batch.Inputs, text.Batch(5, 30, 2, 8).Inputs);
        Assert.NotEqual(batch.Inputs, text.Batch(5, 30, 3, 7).Inputs);
    }

    [Fact]
    public void Held_out_text_is_never_learned_from()
    {
        // The last tenth has a character of its own.
        File.WriteAllText(_path, string.Concat(Enumerable.Range(0, 18_000).Select(i => i % 2 == 0 ? 'a' : 'b')) + new string('z', 2_000));
        var text = CharacterText.ReadFile(_path);
        var z = text.Encode("z")[0];
        for (var step = 0; step < 200; step++)
        {
            var batch = text.Batch(4, 50, seed: 1, step);
            Assert.DoesNotContain(z, batch.Inputs);
        }

        var held = text.HeldBatch(6, 50);
        Assert.All(held.Inputs.Concat(held.Targets), letter => Assert.Equal(z, letter));
    }

    [Fact]
    public void Prompts_go_there_and_back()
    {
        var text = Text(10_000);
        Assert.Equal("bcab", string.Concat(text.Encode("bcab").Select(text.Decode)));
        Assert.Contains("'!'", Assert.Throws<JobException>(() => text.Encode("ab!")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Short_and_missing_files_are_named()
    {
        Assert.Contains("9999", Assert.Throws<JobException>(() => Text(9_999)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "cannot be read", Assert.Throws<JobException>(() => CharacterText.ReadFile(_path + ".not")).Message, StringComparison.Ordinal);
    }

    private CharacterText Text(int length)
    {
        var random = new Random(1);
        File.WriteAllText(_path, string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(3)))));
        return CharacterText.ReadFile(_path);
    }
}
