namespace KernelGen.Tests.Masks;

/// <summary>A window smaller than every tile.</summary>
[SoftmaxAttention(HeadDim = 16, Causal = true, Window = 5)]
public sealed partial class Window5;

/// <summary>A window of a tile of 48 keys.</summary>
[SoftmaxAttention(HeadDim = 16, ValueDim = 8, Causal = true, Window = 48)]
public sealed partial class Window48;

/// <summary>A window larger than a tile of queries.</summary>
[SoftmaxAttention(HeadDim = 8, Causal = true, Window = 250)]
public sealed partial class Window250;

/// <summary>A query sees itself alone.</summary>
[SoftmaxAttention(HeadDim = 5, ValueDim = 3, Causal = true, Window = 1)]
public sealed partial class Window1;

[SoftmaxAttention(HeadDim = 16, Causal = true, Window = 20, Sinks = 3)]
public sealed partial class SinkWindow;

[SoftmaxAttention(HeadDim = 16, Side = 30)]
public sealed partial class SideWindow;

[SoftmaxAttention(HeadDim = 12, Side = 7, Sinks = 50)]
public sealed partial class SideSinks;

[SoftmaxAttention(HeadDim = 16, Causal = true, Prefix = 60)]
public sealed partial class PrefixCausal;

[SoftmaxAttention(HeadDim = 16, Causal = true, Window = 10, Sinks = 2, Prefix = 4)]
public sealed partial class AllOptions;
