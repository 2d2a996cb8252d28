namespace KernelGen.Bench.Linformer;

[LinformerAttention(HeadDim = 64, MaxLength = 16_384, Rank = 256, Sharing = LengthSharing.Heads)]
public sealed partial class Mixtures256;

[LinformerAttention(HeadDim = 64, MaxLength = 1024, Rank = 32, Sharing = LengthSharing.KeysAndValues)]
public sealed partial class ShortMixtures32;

[LinformerAttention(HeadDim = 64, MaxLength = 1024, Rank = 128, Sharing = LengthSharing.KeysAndValues)]
public sealed partial class ShortMixtures128;

[LinformerAttention(HeadDim = 64, MaxLength = 1024, Rank = 512, Sharing = LengthSharing.KeysAndValues)]
public sealed partial class ShortMixtures512;
