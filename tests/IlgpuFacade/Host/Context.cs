using System.Collections.Immutable;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>The devices that a program chose among.</summary>
public sealed class Context : IDisposable
{
    private Context(Builder builder)
    {
        Properties = builder;
        Devices = [.. builder.DeviceList];
    }

    public ImmutableArray<Device> Devices { get; }

    public ContextProperties Properties { get; }

    public static Context Create(Action<Builder> buildingCallback)
    {
        var builder = new Builder();
        buildingCallback(builder);
        return new Context(builder);
    }

    public ImmutableArray<Device>.Enumerator GetEnumerator() => Devices.GetEnumerator();

    public void Dispose()
    {
    }

    /// <summary>Collects devices and settings.</summary>
    public sealed class Builder : ContextProperties
    {
        internal Builder()
        {
        }

        internal List<Device> DeviceList { get; } = [];

        public Builder Optimize(OptimizationLevel level)
        {
            OptimizationLevel = level;
            return this;
        }
    }
}
