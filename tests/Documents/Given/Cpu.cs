// What parts of programs in documents take for given: their layers, tensors and sizes, by the names that documents use. Text of tests, not
// code of this project: tests/Documents/SnippetContext.cs compiles it.
namespace Given;

[FavorAttention(HeadDim = 64, Features = 256, Causal = true)]
public sealed partial class CausalAttention;

[FavorAttention(HeadDim = 64, Features = 256)]
public sealed partial class LinearAttention;

[SoftmaxAttention(HeadDim = 64)]
public sealed partial class ExactAttention;

public static partial class Names
{
    public static readonly CausalAttention attention = new(seed: 42);
    public static readonly LinearAttention bidirectional = new(seed: 42);
    public static readonly ExactAttention exact = new();

    public static AttentionShape shape = new(batch: 2, heads: 8, length: 4096);

    // [batch, heads, length, dim], or whatever a document's shape makes of them.
    public static float[] query = [], key = [], value = [], output = [], fused = [], probabilities = [];
    public static float[] outputGradient = [], queryGradient = [], keyGradient = [], valueGradient = [];
    public static float[] nextQuery = [], nextKey = [], nextValue = [], nextOutput = [];

    public static int[] lengths = [4096, 1000], queryLengths = [4096, 1000];
    public static int length = 4096, width = 3 * 512;
    public static string path = "file";
}
