using static TorchSharp.torch;

namespace KernelGen.Bench.Torch.Peers;

/// <summary>
/// FAVOR+ written by hand with libtorch's matrix products (Choromanski et al., arXiv:2009.14794, section 2): what a careful user would
/// write. Exponents are relative to a query's own largest, and to the largest of all keys of a head. Causal sums go chunk by chunk: a lower
/// triangle within a chunk, and the running sum of the chunks before.
/// </summary>
internal sealed class TorchFavor : TorchAttention
{
    /// <summary>Tokens of a chunk: of 64, 128 and 256 the fastest where this was written.</summary>
    private const int Chunk = 64;

    public override string Name => "torch, by hand";

    public override bool Can(PeerCase what) => !what.IsExact;

    protected override Func<Tensor, Tensor, Tensor, Tensor> Formula(PeerCase what)
    {
        var layer = new Favor(PeerInputs.ProjectionSeed);
        var projection = tensor(layer.Projection.Weights.ToArray(), [PeerCase.Features, PeerCase.HeadDim])
            .t().contiguous().DetachFromDisposeScope();
        return what.Causal
            ? (query, key, value) => Causal(projection, query, key, value)
            : (query, key, value) => Bidirectional(projection, query, key, value);
    }

    private static Tensor Bidirectional(Tensor projection, Tensor query, Tensor key, Tensor value)
    {
        var (q, k) = (Features(projection, query, axes: [-1]), Features(projection, key, axes: [-1, -2]));
        var sums = matmul(k.transpose(-2, -1), value);
        var weights = matmul(q, k.sum(-2).unsqueeze(-1));
        return matmul(q, sums) / weights;
    }

    private static Tensor Causal(Tensor projection, Tensor query, Tensor key, Tensor value)
    {
        var length = query.size(2);
        long[] Chunked(Tensor of) => [1, PeerCase.Heads, length / Chunk, Chunk, of.size(-1)];
        var q = Features(projection, query, axes: [-1]);
        var k = Features(projection, key, axes: [-1, -2]);
        var (qs, ks, vs) = (q.view(Chunked(q)), k.view(Chunked(k)), value.view(Chunked(value)));

        // What the chunks before have summed up: the running sums, moved on by one chunk.
        var sums = Before(matmul(ks.transpose(-2, -1), vs));
        var weights = Before(ks.sum(-2).unsqueeze(-1));
        var within = matmul(qs, ks.transpose(-2, -1)).tril();
        var output = (matmul(qs, sums) + matmul(within, vs)) / (matmul(qs, weights) + within.sum(-1, keepdim: true));
        return output.view(1, PeerCase.Heads, length, value.size(-1));
    }

    private static Tensor Before(Tensor chunks) => chunks.cumsum(2) - chunks;

    /// <summary>exp(x·W − ‖x‖²/2) relative to the largest exponential along the axes, x being scaled by d^-¼.</summary>
    private static Tensor Features(Tensor projection, Tensor tokens, long[] axes)
    {
        var scaled = tokens * (float)Math.Pow(PeerCase.HeadDim, -0.25);
        var projected = matmul(scaled, projection);
        var log = axes.Length == 1 ? projected : projected - (scaled.square().sum(-1, keepdim: true) / 2);
        return exp(log - log.amax(axes, keepdim: true).detach());
    }
}
