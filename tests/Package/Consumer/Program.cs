// What the scripts of tests/Package build with the package, publish and run. It ends with 0 where attention is right and where the vectors
// have the bits that the first argument names, if there is one.
using System;
using System.IO;
using System.Linq;
using KernelGen;

var attention = new CausalAttention(seed: 42);
var shape = new AttentionShape(batch: 1, heads: 2, length: 100);
float[] query = Draw(1), key = Draw(2), output = new float[query.Length];
var value = Enumerable.Repeat(3f, query.Length).ToArray();
using var context = new BackwardContext();
attention.Forward(query, key, value, output, shape, new() { Context = context });
if (Array.Find(output, x => MathF.Abs(x - 3) > 1e-4f) is var wrong and not 0)
{
    return Fail($"All values are 3, and so is their average; got {wrong}.");
}

// The weights of a query sum to 1, so that the gradients of all values sum to those of all outputs.
float[] ones = new float[query.Length], queryGradient = new float[query.Length], keyGradient = new float[query.Length];
var valueGradient = new float[query.Length];
Array.Fill(ones, 1f);
attention.Backward(query, key, value, output, context, ones, queryGradient, keyGradient, valueGradient, shape);
if (Math.Abs(valueGradient.Sum() / query.Length - 1) > 1e-4)
{
    return Fail($"Gradients of values sum to {valueGradient.Sum()} in place of {query.Length}.");
}

// The same token by token, through a file.
using var file = new MemoryStream();
var state = attention.CreateDecodingState(streams: 2);
state.Prefill(query, key, value, new float[query.Length], shape);
state.Save(file);
file.Position = 0;
using var loaded = attention.LoadDecodingState(file);
var next = new float[128];
loaded.Step(Draw(3).AsSpan(0, 128), Draw(4).AsSpan(0, 128), value.AsSpan(0, 128), next);
if (next.Any(x => MathF.Abs(x - 3) > 1e-4f))
{
    return Fail($"The next token's output is {next[0]} in place of 3.");
}

// Exact attention, a function of one's own and a mask of one's own are generated too.
IAttention[] others = [new Windowed(), new Softplus(seed: 1)];
foreach (var other in others)
{
    Array.Clear(output);
    other.Forward(query, key, value, output, shape);
    if (output.Any(x => MathF.Abs(x - 3) > 1e-4f))
    {
        return Fail($"{other.GetType().Name} gives {output[0]} in place of 3.");
    }
}

if (args.Length > 0 && args[0] != attention.VectorBits.ToString())
{
    return Fail($"The vectors have {attention.VectorBits} bit in place of {args[0]}.");
}

Console.WriteLine(attention.VectorBits);
return 0;

static int Fail(string what)
{
    Console.Error.WriteLine(what);
    return 1;
}

static float[] Draw(int seed)
{
    var random = new Random(seed);
    return Enumerable.Range(0, 2 * 100 * 64).Select(_ => random.NextSingle() - 0.5f).ToArray();
}

[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = 64, Features = 256, Causal = true)]
public sealed partial class CausalAttention;

[SoftmaxAttention(HeadDim = 64, Causal = true, Mask = nameof(Near))]
public sealed partial class Windowed
{
    private static bool Near(int query, int key) => query - key < 16;
}

[FavorAttention(KernelFunctionName = nameof(Smooth), HeadDim = 64, Features = 64)]
public sealed partial class Softplus
{
    private static float Smooth(float x) => MathF.Max(x, 0) + MathF.Log(1 + MathF.Exp(-MathF.Abs(x)));
}
