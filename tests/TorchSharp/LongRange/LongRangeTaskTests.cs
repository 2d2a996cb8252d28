using KernelGen.Examples.LongRange;
using KernelGen.Examples.Training;
using Xunit;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Recall, characters, and what all tasks of the example have in common.</summary>
public sealed class LongRangeTaskTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(1_024)]
    public void Asked_key_stands_before_with_its_value_alone(int length)
    {
        for (var number = 0; number < 20; number++)
        {
            var (inputs, targets) = new RecallTask().Learned(number, length, seed: 2);
            Assert.Equal(length, inputs.Length);
            int[] asked = [.. Enumerable.Range(0, length).Where(at => targets[at] != TrainingBatch.Ignored)];
            var from = RecallTask.QuestionsFrom(length);
            Assert.Equal(Enumerable.Range(from, length - from), asked);
            foreach (var at in asked)
            {
                int[] pairs = [.. Enumerable.Range(0, from).Where(before => inputs[before] == inputs[at])];
                Assert.NotEmpty(pairs);
                Assert.All(pairs, pair => Assert.Equal(targets[at], inputs[pair + 1]));
                Assert.InRange(targets[at], 0, RecallTask.Values - 1);
                Assert.InRange(inputs[at], RecallTask.Values, RecallTask.Values + RecallTask.Keys - 1);
            }

            // Between pairs and questions is nothing but noise, a quarter of the sequence.
            Assert.All(inputs[RecallTask.PairsTo(length)..from], token => Assert.True(token >= RecallTask.Values + RecallTask.Keys));
            Assert.InRange(from - RecallTask.PairsTo(length), length / 4, (length / 4) + 2);
        }
    }

    [Fact]
    public void Windows_do_not_reach_from_a_question_to_a_pair()
    {
        // Two layers of 128 tokens, the one that looks among them, and a convolution of four.
        const int reach = (2 * 127) + 3;
        var length = new RecallTask().Length;
        Assert.InRange(RecallTask.QuestionsFrom(length) - RecallTask.PairsTo(length), reach - 1, 2 * reach);
    }

    [Fact]
    public void Examples_are_functions_of_their_number_and_seed()
    {
        foreach (var task in Tasks())
        {
            var one = task.Learned(5, 200, seed: 1);
            Assert.Equal(one.Inputs, task.Learned(5, 200, seed: 1).Inputs);
            Assert.NotEqual(one.Inputs, task.Learned(6, 200, seed: 1).Inputs);
            Assert.NotEqual(one.Inputs, task.Learned(5, 200, seed: 2).Inputs);
            Assert.Equal(task.Held(3, 200)[2].Inputs, task.Held(3, 200)[2].Inputs);
            Assert.DoesNotContain(task.Held(20, 200), held => Enumerable.Range(0, 20)
                .Any(number => task.Learned(number, 200, seed: 0).Inputs.AsSpan().SequenceEqual(held.Inputs)));
            Assert.All(task.Held(4, 200), held => Assert.InRange(held.Inputs.Length, 1, 200));
        }
    }

    [Fact]
    public void Short_examples_are_padded_and_nothing_is_asked_there()
    {
        Example shorter = new([4, 5], [7, TrainingBatch.Ignored]), longer = new([1, 2, 3], [TrainingBatch.Ignored, 8, 9]);
        var batch = LongRangeTask.BatchOf([shorter, longer]);
        Assert.Equal([4, 5, 0, 1, 2, 3], batch.Inputs);
        Assert.Equal([7, TrainingBatch.Ignored, TrainingBatch.Ignored, TrainingBatch.Ignored, 8, 9], batch.Targets);
        Assert.Equal([2, 3], batch.Lengths!);
        Assert.Null(LongRangeTask.BatchOf([longer, longer]).Lengths);
    }

    [Fact]
    public void Few_examples_come_again_and_others_never()
    {
        var task = new RecallTask();
        HashSet<string> Seen(int? examples) =>
        [
            .. Enumerable.Range(0, 20).SelectMany(step => task.Batch(2, 64, seed: 1, step, examples).Inputs.Chunk(64))
                .Select(tokens => string.Join(' ', tokens)),
        ];
        var few = Seen(3);
        Assert.Equal(3, few.Count);
        Assert.Equal(40, Seen(null).Count);
        Assert.True(few.SetEquals(Enumerable.Range(0, 3).Select(number => string.Join(' ', task.Learned(number, 64, 1).Inputs))));
    }

    [Fact]
    public void Characters_are_guessed_by_their_frequencies()
    {
        // Half of the letters are 'a'; after 'b' always comes 'a'.
        File.WriteAllText(_path, string.Concat(Enumerable.Repeat("ab", 10_000)));
        var task = new CharacterTask(CharacterText.ReadFile(_path));
        var baselines = task.Baselines(task.Held(4, 100));
        Assert.Equal(1, baselines[0].Score, 3);
        Assert.Equal(0, baselines[1].Score, 3);
    }

    [Fact]
    public void Recall_is_guessed_as_often_as_chance_says()
    {
        var task = new RecallTask();
        var baselines = task.Baselines(task.Held(50, 1_024));
        Assert.Equal(1.0 / 16, baselines[0].Score);

        // The most frequent of the values of 16 keys, drawn from 16, is that of about three of them.
        Assert.InRange(baselines[1].Score, 2 / 16.0, 4 / 16.0);
    }

    [Fact]
    public void Every_task_has_its_name()
    {
        File.WriteAllText(_path, new string('x', 20_000));
        Assert.All(AllTasks.Names, name => Assert.Equal(name, AllTasks.Create(name, _path).Name));
    }

    private LongRangeTask[] Tasks()
    {
        var random = new Random(1);
        File.WriteAllText(_path, string.Concat(Enumerable.Range(0, 30_000).Select(_ => (char)('a' + random.Next(5)))));
        return [new ListOpsTask(), new RecallTask(), new CharacterTask(CharacterText.ReadFile(_path))];
    }
}
