namespace KernelGen.Bench.Decay;

// The heads of RetNet, log(1 − 2^(−5−h)); and a state that forgets most of what it knew at every token.

[FavorAttention(
    HeadDim = 64, Features = 256, Causal = true,
    LogDecays = new[] { -0.0317487f, -0.0157484f, -0.0078432f, -0.0039139f, -0.0019550f, -0.0009770f, -0.0004884f, -0.0002442f })]
public sealed partial class RetentiveSoftmax;

[FavorAttention(HeadDim = 64, Features = 256, Causal = true, LogDecays = new[] { -1f, -1, -1, -1, -1, -1, -1, -1 })]
public sealed partial class ForgetfulSoftmax;

[FavorAttention(HeadDim = 64, Features = 256, Causal = true, LogDecays = new[] { -10f, -10, -10, -10, -10, -10, -10, -10 })]
public sealed partial class ForgettingAllSoftmax;

[FavorAttention(
    Kernel = KernelFunction.Relu, HeadDim = 64, Features = 256, Causal = true,
    LogDecays = new[] { -0.0317487f, -0.0157484f, -0.0078432f, -0.0039139f, -0.0019550f, -0.0009770f, -0.0004884f, -0.0002442f })]
public sealed partial class RetentiveRelu;
