using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// The projection of a layer as a buffer of bytes of its module, which saves, loads and moves with the model. The buffer is what counts:
/// the layer follows it.
/// </summary>
/// <remarks>
/// Bytes, <see cref="Projection.Save"/>'s form: numbers would be rounded by <c>model.to(bfloat16)</c>, and a Hadamard projection is more
/// than its weights. Loaders write to the buffer in ways that a module does not hear of; so its bytes are compared with those of the layer
/// before each call, at memory speed, and no layer can be left behind.
/// </remarks>
internal sealed class ProjectionBuffer(IRandomFeatureAttention layer, Func<Tensor> buffer)
{
    private readonly Lock _lock = new();
    private Projection _installed = layer.Projection;
    private byte[] _bytes = Bytes(layer.Projection);
    private bool _isPinned;

    /// <summary>The saved form of a projection.</summary>
    public static byte[] Bytes(Projection projection)
    {
        using var stream = new MemoryStream();
        projection.Save(stream);
        return stream.ToArray();
    }

    /// <summary>Brings the layer up to date with the buffer, and gives the projection in force.</summary>
    /// <exception cref="InvalidOperationException">
    /// The buffer holds no projection of this layer, is not on the CPU, or another changed the layer's projection.
    /// </exception>
    public Projection Synchronize()
    {
        lock (_lock)
        {
            if (_isPinned)
            {
                return layer.Projection;
            }

            var bytes = buffer();
            if (bytes.device_type != global::TorchSharp.DeviceType.CPU)
            {
                throw new InvalidOperationException(
                    $"The model is on {bytes.device}, but KernelGen's kernels compute on the CPU: bring it there with .cpu().");
            }

            if (!bytes.bytes.SequenceEqual(_bytes))
            {
                Install(Read(bytes.bytes.ToArray()), bytes.bytes.ToArray());
            }
            else if (!ReferenceEquals(layer.Projection, _installed))
            {
                throw new InvalidOperationException(
                    $"The projection of the layer {layer.GetType()} was changed outside its module, whose saved state would not know it: use the module's Redraw, "
                    + "and give each module a layer of its own.");
            }

            return _installed;
        }
    }

    /// <summary>Replaces the projection.</summary>
    /// <exception cref="ArgumentException">Its saved form has another length than the layer's.</exception>
    public void Write(Projection projection)
    {
        lock (_lock)
        {
            var bytes = Bytes(projection);
            var target = buffer();
            if (bytes.Length != target.numel())
            {
                throw new ArgumentException(
                    $"The projection's saved form has {bytes.Length} bytes, but that of this layer has {target.numel()}: draw it for the layer's sizes and kind.",
                    nameof(projection));
            }

            Install(projection, bytes);
            bytes.CopyTo(target.bytes);
        }
    }

    /// <summary>
    /// Lets the layer compute with a projection that was in force before, whatever the buffer holds, until what is returned is disposed of.
    /// </summary>
    public IDisposable Pin(Projection projection)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(layer.Projection, projection))
            {
                layer.Redraw(projection);
            }

            _isPinned = true;
            return new Unpin(this);
        }
    }

    private void Release()
    {
        lock (_lock)
        {
            _isPinned = false;
            if (!ReferenceEquals(layer.Projection, _installed))
            {
                layer.Redraw(_installed);
            }
        }
    }

    private void Install(Projection projection, byte[] bytes)
    {
        layer.Redraw(projection);
        (_installed, _bytes) = (projection, bytes);
    }

    private Projection Read(byte[] bytes)
    {
        try
        {
            var projection = Projection.Load(new MemoryStream(bytes));
            return (projection.Rows, projection.Columns) == (_installed.Rows, _installed.Columns)
                ? projection
                : throw new InvalidDataException(
                    $"it is {projection.Rows} × {projection.Columns} (rows × columns), but the layer needs {_installed.Rows} × {_installed.Columns}");
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidOperationException(
                $"The buffer '{KernelAttention.ProjectionName}' was loaded with what is no projection of the layer {layer.GetType()}: {exception.Message}",
                exception);
        }
    }

    private sealed class Unpin(ProjectionBuffer owner) : IDisposable
    {
        public void Dispose() => owner.Release();
    }
}
