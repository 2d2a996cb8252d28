namespace KernelGen.Gpu.Tests.Behaviour;

/// <summary>A tensor of a call on views: several may be parts of the same memory, which the device has once.</summary>
/// <param name="Memory">Its memory, which gets what the device has in the end.</param>
/// <param name="Strides">How far apart its parts are; by default it is packed.</param>
/// <param name="Start">Its first number.</param>
internal sealed record DeviceTensor(float[] Memory, TensorStrides Strides = default, int Start = 0)
{
    public static implicit operator DeviceTensor(float[] memory) => new(memory);
}

/// <summary>The tensors and options of a forward call and the backward call after it.</summary>
internal sealed record DeviceCall(AttentionShape Shape, DeviceTensor Query, DeviceTensor Key, DeviceTensor Value, DeviceTensor Output)
{
    /// <summary>Null: there is no backward call.</summary>
    public DeviceTensor? Upstream { get; init; }

    public DeviceTensor QueryGradient { get; init; } = new([]);

    public DeviceTensor KeyGradient { get; init; } = new([]);

    public DeviceTensor ValueGradient { get; init; } = new([]);

    public int[] KeyLengths { get; init; } = [];

    public int[] QueryLengths { get; init; } = [];

    public bool Accumulate { get; init; }

    public IEnumerable<DeviceTensor> Tensors =>
        new[] { Query, Key, Value, Output, Upstream, QueryGradient, KeyGradient, ValueGradient }.OfType<DeviceTensor>();

    public IEnumerable<DeviceTensor> Written => [Output, QueryGradient, KeyGradient, ValueGradient];
}
