using ILGPU;
using ILGPU.Runtime;

namespace KernelGen.IlgpuFacade;

/// <summary>A kernel that is ready to be launched.</summary>
internal sealed class LoadedKernel
{
    private readonly Accelerator _accelerator;
    private readonly string _name;
    private readonly Coroutine? _coroutine;

    public LoadedKernel(Accelerator accelerator, Delegate kernel)
    {
        var method = kernel.Method;
        _accelerator = accelerator;
        _name = $"{method.DeclaringType?.Name}.{method.Name}";
        if (!method.IsStatic)
        {
            throw new FacadeException($"Kernel {_name} is not a static method.");
        }

        KernelRules.Check(method);
        _coroutine = new CoroutineFactory().Create(method);
    }

    public void Launch(AcceleratorStream stream, KernelConfig config, Action run, Action<Coroutine> setArguments)
    {
        if (stream.Accelerator != _accelerator)
        {
            throw new FacadeException($"Kernel {_name} was launched on a stream of another accelerator.");
        }

        Within(config.GridDim, _accelerator.MaxGridSize, "grid");
        Within(config.GroupDim, new(_accelerator.MaxNumThreadsPerGroup, _accelerator.MaxNumThreadsPerGroup, 64), "group");
        if (config.GroupDim.Size > _accelerator.MaxNumThreadsPerGroup)
        {
            throw new FacadeException(
                $"Kernel {_name}: a group of {config.GroupDim}, where {_accelerator.MaxNumThreadsPerGroup} members are allowed.");
        }

        // The coroutine keeps the members' locals, and the accelerator's watch follows one launch.
        lock (_accelerator.Watch)
        {
            IKernelBody body = _coroutine is null ? new PlainBody(run) : _coroutine;
            if (_coroutine is not null)
            {
                setArguments(_coroutine);
            }

            new Execution(_accelerator.Watch, _name, body, config, _accelerator.MaxSharedMemoryPerGroup, _accelerator.Device.RunsPtx)
                .Run(stream);
        }
    }

    private void Within(Index3D size, Index3D limit, string what)
    {
        if (size.X < 1 || size.Y < 1 || size.Z < 1 || size.X > limit.X || size.Y > limit.Y || size.Z > limit.Z)
        {
            throw new FacadeException($"Kernel {_name}: a {what} of {size}, outside of 1 to {limit}.");
        }
    }
}
