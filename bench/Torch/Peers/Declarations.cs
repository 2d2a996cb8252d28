namespace KernelGen.Bench.Torch.Peers;

/// <summary>Exact attention.</summary>
[SoftmaxAttention(HeadDim = PeerCase.HeadDim)]
internal sealed partial class Exact;

/// <summary>Exact attention over the past.</summary>
[SoftmaxAttention(HeadDim = PeerCase.HeadDim, Causal = true)]
internal sealed partial class CausalExact;

/// <summary>FAVOR+.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = PeerCase.HeadDim, Features = PeerCase.Features)]
internal sealed partial class Favor;

/// <summary>FAVOR+ over the past.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = PeerCase.HeadDim, Features = PeerCase.Features, Causal = true)]
internal sealed partial class CausalFavor;
