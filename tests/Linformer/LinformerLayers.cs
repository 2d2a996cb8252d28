namespace KernelGen.Tests.Linformer;

[LinformerAttention(HeadDim = 16, MaxLength = 64, Rank = 16, Sharing = LengthSharing.Heads)]
public sealed partial class SharedByHeads;

[LinformerAttention(HeadDim = 7, ValueDim = 9, MaxLength = 300, Rank = 13)]
public sealed partial class OfEachHead;

[LinformerAttention(HeadDim = 5, ValueDim = 3, MaxLength = 70, Rank = 33, Sharing = LengthSharing.KeysAndValues)]
public sealed partial class OneMatrix;

[LinformerAttention(HeadDim = 64, MaxLength = 5000, Rank = 48, Sharing = LengthSharing.Layers)]
public sealed partial class OneForAllLayers;

[LinformerAttention(HeadDim = 1, MaxLength = 40, Rank = 1, Sharing = LengthSharing.Heads)]
public sealed partial class OneNumber;

[LinformerAttention(HeadDim = 6, MaxLength = 24, Rank = 5)]
public sealed partial class GoldenOfEachHead;

[LinformerAttention(HeadDim = 6, MaxLength = 24, Rank = 5, Sharing = LengthSharing.KeysAndValues)]
public sealed partial class GoldenOneMatrix;
