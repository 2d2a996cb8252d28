namespace KernelGen.Bench.Torch.Training;

/// <summary>Exact attention over the past.</summary>
[SoftmaxAttention(HeadDim = StepCase.HeadDim, Causal = true)]
internal sealed partial class TrainedExact;

/// <summary>FAVOR+ with softmax features.</summary>
[FavorAttention(Kernel = KernelFunction.Softmax, HeadDim = StepCase.HeadDim, Features = StepCase.Features, Causal = true)]
internal sealed partial class TrainedSoftmax;

/// <summary>FAVOR+ with the ReLU kernel.</summary>
[FavorAttention(Kernel = KernelFunction.Relu, HeadDim = StepCase.HeadDim, Features = StepCase.Features, Causal = true)]
internal sealed partial class TrainedRelu;
