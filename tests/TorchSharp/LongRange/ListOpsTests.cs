using System.Globalization;
using KernelGen.Examples;
using KernelGen.Examples.LongRange;
using KernelGen.Examples.Training;
using Xunit;

namespace KernelGen.TorchSharp.Tests;

/// <summary>Expressions of ListOps: of the grammar, of the lengths that are asked for, and worth what is said.</summary>
public sealed class ListOpsTests
{
    [Theory]
    [InlineData("[MAX 2 9 [MIN 4 7 ] 0 ]", 9)]
    [InlineData("[MIN 5 [SM 7 6 ] 4 ]", 3)]
    [InlineData("[MED 8 1 3 ]", 3)]
    [InlineData("[MED 4 9 1 8 ]", 6)]
    [InlineData("[MED 4 9 1 7 ]", 5)]
    public void Naive_evaluation_knows_the_operators(string text, int value) => Assert.Equal(value, Naive(text).Value);

    [Theory]
    [InlineData(16, 63)]
    [InlineData(128, 255)]
    [InlineData(512, 1_999)]
    public void Value_is_that_of_the_text(int least, int most)
    {
        var generator = new ListOpsGenerator(least, most);
        for (var number = 0; number < 100; number++)
        {
            var expression = generator.Draw(Seeds.Random("tested ListOps", least, number));
            var naive = Naive(expression.ToString());
            Assert.Equal(naive.Value, expression.Value);
            Assert.InRange(expression.Tokens.Count, least, most);
        }
    }

    [Fact]
    public void Grammar_has_its_limits_and_reaches_them()
    {
        var all = Enumerable.Range(0, 100)
            .Select(number => Naive(new ListOpsGenerator(300, 900).Draw(Seeds.Random("limits of ListOps", number)).ToString())).ToList();
        Assert.Equal(ListOpsGenerator.MaxDepth, all.Max(one => one.Depth));
        Assert.Equal(ListOpsGenerator.MaxArguments, all.Max(one => one.MostArguments));
        Assert.Equal(2, all.Min(one => one.FewestArguments));
    }

    [Fact]
    public void Operators_are_equally_likely()
    {
        int[] tokens =
        [
            .. Enumerable.Range(0, 100)
                .SelectMany(number => new ListOpsGenerator(300, 900).Draw(Seeds.Random("operators of ListOps", number)).Tokens)
                .Where(token => token is >= ListOpsToken.Minimum and <= ListOpsToken.SumModulo),
        ];
        foreach (var operation in Enumerable.Range(ListOpsToken.Minimum, 4))
        {
            // Five standard deviations of a share of a quarter.
            Assert.Equal(0.25, tokens.Count(token => token == operation) / (double)tokens.Length, 5 * Math.Sqrt(0.1875 / tokens.Length));
        }
    }

    [Fact]
    public void Every_value_comes_often_enough_and_none_is_most_of_all()
    {
        var values = new ListOpsTask().Held(600, 500).Select(example => example.Targets[0]).ToList();
        foreach (var value in Enumerable.Range(0, 10))
        {
            Assert.InRange(values.Count(of => of == value) / 600.0, 0.02, 0.35);
        }
    }

    [Fact]
    public void Answer_is_asked_for_once_before_the_first_token()
    {
        var example = new ListOpsTask().Learned(3, 400, seed: 1);
        Assert.InRange(example.Inputs.Length, ListOpsTask.LeastOf(400) + 1, 400);
        Assert.Equal(ListOpsToken.Question, example.Inputs[0]);
        var text = string.Join(' ', example.Inputs.Skip(1).Select(token => ListOpsToken.Text((int)token)));
        Assert.Equal(Naive(text).Value, example.Targets[0]);
        Assert.All(example.Targets.Skip(1), target => Assert.Equal(TrainingBatch.Ignored, target));
    }

    [Fact]
    public void Full_length_is_that_of_the_benchmark() => Assert.Equal(512, ListOpsTask.LeastOf(new ListOpsTask().Length));

    [Fact]
    public void Guess_by_the_first_operator_is_never_worse()
    {
        var task = new ListOpsTask();
        var baselines = task.Baselines(task.Held(200, 200));
        Assert.True(baselines[1].Score >= baselines[0].Score);
        Assert.InRange(baselines[0].Score, 0.1, 0.5);
    }

    /// <summary>Read from the text, one bracket at a time.</summary>
    private static (int Value, int Depth, int MostArguments, int FewestArguments) Naive(string text)
    {
        var open = new Stack<(string Operator, List<int> Values)>();
        var arguments = new List<int>();
        var (depth, value) = (0, -1);
        foreach (var token in text.Split(' '))
        {
            if (token[0] == '[')
            {
                open.Push((token[1..], []));
            }
            else
            {
                value = token == "]" ? Closed() : int.Parse(token, CultureInfo.InvariantCulture);
                depth = Math.Max(depth, open.Count + 1);
                if (open.TryPeek(out var outer))
                {
                    outer.Values.Add(value);
                }
            }
        }

        Assert.Empty(open);
        return (value, depth, arguments.Max(), arguments.Min());

        int Closed()
        {
            var (operation, values) = open.Pop();
            arguments.Add(values.Count);
            double[] ordered = [.. values.Order().Select(number => (double)number)];
            return operation switch
            {
                "MIN" => values.Min(),
                "MAX" => values.Max(),
                "SM" => values.Sum() % 10,
                "MED" => (int)(values.Count % 2 == 1
                    ? ordered[values.Count / 2]
                    : (ordered[values.Count / 2 - 1] + ordered[values.Count / 2]) / 2),
                _ => throw new ArgumentException(operation),
            };
        }
    }
}
