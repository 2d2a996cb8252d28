using ILGPU;
using ILGPU.Runtime;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>The tensors of a <see cref="HeadInput"/> on a device.</summary>
internal sealed class DeviceTensors(Accelerator accelerator, HeadInput input) : IDisposable
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _query = accelerator.Allocate1D<float>(input.Query.Length);
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _key = accelerator.Allocate1D<float>(input.Key.Length);
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _value = accelerator.Allocate1D<float>(input.Value.Length);
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _output = accelerator.Allocate1D<float>(input.GpuOutput.Length);

    private readonly MemoryBuffer1D<float, Stride1D.Dense>[] _gradients =
        [.. input.GpuGradients.Select(gradient => accelerator.Allocate1D<float>(gradient.Length))];

    /// <summary>Queries.</summary>
    public ArrayView<float> Query => _query.View;

    /// <summary>Keys.</summary>
    public ArrayView<float> Key => _key.View;

    /// <summary>Values.</summary>
    public ArrayView<float> Value => _value.View;

    /// <summary>Outputs.</summary>
    public ArrayView<float> Output => _output.View;

    /// <summary>By queries, keys and values.</summary>
    public ArrayView<float>[] Gradients => [.. _gradients.Select(gradient => (ArrayView<float>)gradient.View)];

    /// <summary>Copies queries, keys and values to the device, and waits for it.</summary>
    public void Upload(AcceleratorStream stream)
    {
        _query.View.CopyFromCPU(stream, input.Query);
        _key.View.CopyFromCPU(stream, input.Key);
        _value.View.CopyFromCPU(stream, input.Value);
        stream.Synchronize();
    }

    /// <summary>Copies the outputs to the CPU, and waits for it.</summary>
    public void Download(AcceleratorStream stream)
    {
        _output.View.CopyToCPU(stream, input.GpuOutput);
        stream.Synchronize();
    }

    /// <summary>Copies the gradients to the CPU, and waits for it.</summary>
    public void DownloadGradients(AcceleratorStream stream)
    {
        for (var i = 0; i < _gradients.Length; i++)
        {
            _gradients[i].View.CopyToCPU(stream, input.GpuGradients[i]);
        }

        stream.Synchronize();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_gradients, gradient => gradient.Dispose());
        _query.Dispose();
        _key.Dispose();
        _value.Dispose();
        _output.Dispose();
    }
}
