using static TorchSharp.torch;

namespace KernelGen.Bench.Torch.Peers;

/// <summary>libtorch's own fused attention.</summary>
internal sealed class TorchExact : TorchAttention
{
    public override string Name => "torch, scaled_dot_product_attention";

    public override bool Can(PeerCase what) => what.IsExact;

    protected override Func<Tensor, Tensor, Tensor, Tensor> Formula(PeerCase what) =>
        (query, key, value) => nn.functional.scaled_dot_product_attention(query, key, value, is_casual: what.Causal);
}
