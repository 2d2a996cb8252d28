// What `bench -- modes` builds in every mode and runs. It prints the vector width in force and the milliseconds of the fastest call.
using System.Diagnostics;
using System.Globalization;
using KernelGen;

// One head, one thread: a call is short enough for the fastest of many to be free of what else the machine does.
var shape = new AttentionShape(batch: 1, heads: 1, queryLength: 1024, keyLength: 1024);
var attention = new CausalAttention(seed: 42) { DegreeOfParallelism = 1 };
var (query, key, value) = (Draw(1), Draw(2), Draw(3));
var output = new float[value.Length];
var fastest = double.PositiveInfinity;
for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < 1.5;)
{
    var before = Stopwatch.GetTimestamp();
    attention.Forward(query, key, value, output, shape);
    fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(before).TotalMilliseconds);
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{attention.VectorBits} {fastest}"));

static float[] Draw(int seed)
{
    var random = new Random(seed);
    return Enumerable.Range(0, 1024 * CausalAttention.HeadDim).Select(_ => random.NextSingle() - 0.5f).ToArray();
}

/// <summary>The layer of docs/publishing.md.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Causal = true)]
public sealed partial class CausalAttention;
