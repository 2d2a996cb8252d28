using KernelGen.IlgpuFacade;

namespace ILGPU.Runtime;

/// <summary>Loads explicitly grouped kernels of one to twelve parameters.</summary>
public static class KernelLoaders
{
    public static Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(
        this Accelerator accelerator,
        Action<T1> action)
        where T1 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1) => kernel.Launch(
            stream,
            config,
            () => action(a1),
            set =>
            {
                set.Value(0, a1);
            });
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel<T1, T2>(
        this Accelerator accelerator,
        Action<T1, T2> action)
        where T1 : struct
        where T2 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1, a2) => kernel.Launch(
            stream,
            config,
            () => action(a1, a2),
            set =>
            {
                set.Value(0, a1); set.Value(1, a2);
            });
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel<T1, T2, T3>(
        this Accelerator accelerator,
        Action<T1, T2, T3> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1, a2, a3) => kernel.Launch(
            stream,
            config,
            () => action(a1, a2, a3),
            set =>
            {
                set.Value(0, a1); set.Value(1, a2); set.Value(2, a3);
            });
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1, a2, a3, a4) => kernel.Launch(
            stream,
            config,
            () => action(a1, a2, a3, a4),
            set =>
            {
                set.Value(0, a1); set.Value(1, a2); set.Value(2, a3); set.Value(3, a4);
            });
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1, a2, a3, a4, a5) => kernel.Launch(
            stream,
            config,
            () => action(a1, a2, a3, a4, a5),
            set =>
            {
                set.Value(0, a1); set.Value(1, a2); set.Value(2, a3); set.Value(3, a4); set.Value(4, a5);
            });
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1, a2, a3, a4, a5, a6) => kernel.Launch(
            stream,
            config,
            () => action(a1, a2, a3, a4, a5, a6),
            set =>
            {
                set.Value(0, a1); set.Value(1, a2); set.Value(2, a3); set.Value(3, a4); set.Value(4, a5); set.Value(5, a6);
            });
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7) => kernel.Launch(
            stream,
            config,
            () => action(a1, a2, a3, a4, a5, a6, a7),
            set =>
            {
                set.Value(0, a1); set.Value(1, a2); set.Value(2, a3); set.Value(3, a4); set.Value(4, a5);
                set.Value(5, a6); set.Value(6, a7);
            });
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator,
        Action<T1, T2, T3, T4, T5, T6, T7, T8> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8) => kernel.Launch(
            stream,
            config,
            () => action(a1, a2, a3, a4, a5, a6, a7, a8),
            set =>
            {
                set.Value(0, a1); set.Value(1, a2); set.Value(2, a3); set.Value(3, a4); set.Value(4, a5);
                set.Value(5, a6); set.Value(6, a7); set.Value(7, a8);
            });
    }

    public static Action<
        AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
            this Accelerator accelerator,
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9) => kernel.Launch(
            stream,
            config,
            () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9),
            set =>
            {
                set.Value(0, a1); set.Value(1, a2); set.Value(2, a3); set.Value(3, a4); set.Value(4, a5);
                set.Value(5, a6); set.Value(6, a7); set.Value(7, a8); set.Value(8, a9);
            });
    }

    public static Action<
        AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
            this Accelerator accelerator,
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10) => kernel.Launch(
            stream,
            config,
            () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10),
            set =>
            {
                set.Value(0, a1); set.Value(1, a2); set.Value(2, a3); set.Value(3, a4); set.Value(4, a5);
                set.Value(5, a6); set.Value(6, a7); set.Value(7, a8); set.Value(8, a9); set.Value(9, a10);
            });
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10,
        T11> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
            this Accelerator accelerator,
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11) => kernel.Launch(
            stream,
            config,
            () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11),
            set =>
            {
                set.Value(0, a1); set.Value(1, a2); set.Value(2, a3); set.Value(3, a4); set.Value(4, a5);
                set.Value(5, a6); set.Value(6, a7); set.Value(7, a8); set.Value(8, a9); set.Value(9, a10);
                set.Value(10, a11);
            });
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11,
        T12> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
            this Accelerator accelerator,
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12) => kernel.Launch(
            stream,
            config,
            () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12),
            set =>
            {
                set.Value(0, a1); set.Value(1, a2); set.Value(2, a3); set.Value(3, a4); set.Value(4, a5);
                set.Value(5, a6); set.Value(6, a7); set.Value(7, a8); set.Value(8, a9); set.Value(9, a10);
                set.Value(10, a11); set.Value(11, a12);
            });
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12,
        T13> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
            this Accelerator accelerator,
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
        where T13 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13) => kernel.Launch(
            stream,
            config,
            () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13),
            set =>
            {
                set.Value(0, a1); set.Value(1, a2); set.Value(2, a3); set.Value(3, a4); set.Value(4, a5);
                set.Value(5, a6); set.Value(6, a7); set.Value(7, a8); set.Value(8, a9); set.Value(9, a10);
                set.Value(10, a11); set.Value(11, a12); set.Value(12, a13);
            });
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13,
        T14> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
            this Accelerator accelerator,
            Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
        where T7 : struct
        where T8 : struct
        where T9 : struct
        where T10 : struct
        where T11 : struct
        where T12 : struct
        where T13 : struct
        where T14 : struct
    {
        var kernel = new LoadedKernel(accelerator, action);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14) => kernel.Launch(
            stream,
            config,
            () => action(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14),
            set =>
            {
                set.Value(0, a1); set.Value(1, a2); set.Value(2, a3); set.Value(3, a4); set.Value(4, a5);
                set.Value(5, a6); set.Value(6, a7); set.Value(7, a8); set.Value(8, a9); set.Value(9, a10);
                set.Value(10, a11); set.Value(11, a12); set.Value(12, a13); set.Value(13, a14);
            });
    }
}
