using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>Runs every layer on the CPU and on a device, compares the outputs and times both.</summary>
internal sealed class Experiment : IDisposable
{
    // A launch takes microseconds to start: so many are queued between two looks at the clock.
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(20);
    private const int MostLaunches = 100;

    private readonly DeviceChoice _device;
    private readonly HeadInput _input;
    private readonly Accelerator _accelerator;
    private readonly DeviceTensors _tensors;
    private readonly IReadOnlyList<Pair> _pairs;
    private readonly Timing _timing;

    /// <summary>Copies the input to the device.</summary>
    /// <exception cref="JobException">It has too little memory, or does not work.</exception>
    public Experiment(Settings settings, Context context, DeviceChoice device, HeadInput input)
    {
        (_device, _input) = (device, input);
        _pairs = Pair.All((ulong)settings.Seed, settings.Threads);
        _timing = settings.Quick ? new Timing(TimeSpan.FromSeconds(0.5), 5) : new Timing(TimeSpan.FromSeconds(3), 25);
        long needed = 4L * sizeof(float) * input.Query.Length;
        if (needed > device.Device.MemorySize)
        {
            throw new JobException(FormattableString.Invariant(
                $"{device.Name} has {device.Device.MemorySize / 1e9:F1} GB of memory, and queries, keys, values and outputs need {needed / 1e9:F1} GB. ")
                + "Give a smaller --length.");
        }

        (_accelerator, _tensors) = OnDevice(() =>
        {
            Accelerator accelerator = device.Device.CreateAccelerator(context);
            return (accelerator, new DeviceTensors(accelerator, input));
        });
    }

    /// <summary>About how long it takes, in operations.</summary>
    public double Work => _pairs.Sum(pair => pair.Flops(_input.Shape));

    /// <summary>The time that queries, keys and values take to the device; known after <see cref="Run"/>.</summary>
    public TimeSpan Upload { get; private set; }

    /// <summary>The time that outputs take back.</summary>
    public TimeSpan Download { get; private set; }

    /// <summary>The sizes.</summary>
    public AttentionShape Shape => _input.Shape;

    /// <summary>Measures all layers.</summary>
    /// <exception cref="JobException">The device does not run them, or gives a wrong answer.</exception>
    public IReadOnlyList<Measurement> Run(IJobProgress progress)
    {
        progress.Begin("copies", "to the device and back");
        AcceleratorStream stream = _accelerator.DefaultStream;
        (Upload, Download) = OnDevice(() =>
        {
            // Once for the pages, which are new.
            _tensors.Upload(stream);
            _tensors.Download(stream);
            return (_timing.Median(() => _tensors.Upload(stream)), _timing.Median(() => _tensors.Download(stream)));
        });

        var results = new List<Measurement>();
        foreach (Pair pair in _pairs)
        {
            progress.Begin(pair.Name, "on both");
            results.Add(OnDevice(() => Measure(pair, stream)));
            progress.Done(pair.Flops(_input.Shape));
        }

        return results;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tensors.Dispose();
        _accelerator.Dispose();
    }

    private Measurement Measure(Pair pair, AcceleratorStream stream)
    {
        AttentionShape shape = _input.Shape;
        long start = Stopwatch.GetTimestamp();
        using DeviceLayer gpu = pair.OnDevice(_accelerator);
        TimeSpan loading = Stopwatch.GetElapsedTime(start);

        start = Stopwatch.GetTimestamp();
        gpu.Queue(stream, _tensors, in shape);
        _tensors.Download(stream);
        TimeSpan first = Stopwatch.GetElapsedTime(start);
        OnCpu(pair);
        double disagreement = _input.Disagreement();

        // Written so that NaN fails too.
        if (!(disagreement < pair.LargestDisagreement))
        {
            throw new JobException(
                FormattableString.Invariant($"{pair.Name}: {_device.Name} and the CPU differ by {disagreement:E1} of the largest output, more than ")
                + "rounding explains. This is an error in KernelGen, ILGPU or the driver: please report it, with the device.");
        }

        // A check has no speed to measure, and takes long enough.
        TimeSpan onDevice = _device.IsCheckOnly ? first : TimeOnDevice(gpu, stream);
        return new Measurement(pair, disagreement, _timing.Median(() => OnCpu(pair)), onDevice, loading);
    }

    private void OnCpu(Pair pair)
    {
        AttentionShape shape = _input.Shape;
        pair.Layer.Forward(_input.Query, _input.Key, _input.Value, _input.CpuOutput, in shape);
    }

    // Several launches in a row and one wait, so that the way from the CPU to the device and back does not count for each.
    private TimeSpan TimeOnDevice(DeviceLayer gpu, AcceleratorStream stream)
    {
        TimeSpan Launch(int count)
        {
            AttentionShape shape = _input.Shape;
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
            {
                gpu.Queue(stream, _tensors, in shape);
            }

            stream.Synchronize();
            return Stopwatch.GetElapsedTime(start);
        }

        TimeSpan one = Launch(1);
        int launches = (int)Math.Clamp(Slice / one, 1, MostLaunches);
        return _timing.Median(() => Launch(launches)) / launches;
    }

    // What a device cannot do comes as one of these.
    private T OnDevice<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is AcceleratorException or InternalCompilerException or NotSupportedException or InvalidOperationException)
        {
            throw new JobException($"{_device.Name}: {(e.InnerException ?? e).Message} --list shows all devices, --device chooses another one.");
        }
    }
}
