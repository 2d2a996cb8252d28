namespace KernelGen.Bench.Decay;

// The heads of RetNet, log(1 − 2^(−5−h)); and a state that forgets most of what it knew at every token.

[FavorAttention(
    HeadDim = 64, Features = 256, Causal = true,
    LogDecays = new[] { -0.031748698f, -0.015748357f, -0.007843178f, -0.003913899f, -0.001955035f, -0.000977040f, -0.000488400f, -0.000244170f })]
public sealed partial class RetentiveSoftmax;

[FavorAttention(HeadDim = 64, Features = 256, Causal = true, LogDecays = new[] { -1f, -1, -1, -1, -1, -1, -1, -1 })]
public sealed partial class ForgetfulSoftmax;

[FavorAttention(
    Kernel = KernelFunction.Relu, HeadDim = 64, Features = 256, Causal = true,
    LogDecays = new[] { -0.031748698f, -0.015748357f, -0.007843178f, -0.003913899f, -0.001955035f, -0.000977040f, -0.000488400f, -0.000244170f })]
public sealed partial class RetentiveRelu;
