using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;

namespace KernelGen.Examples.CpuAndGpu;

/// <summary>Runs every layer on the CPU and on a device, compares outputs and gradients, and times both.</summary>
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
        var needed = 7L * sizeof(float) * input.Query.Length;
        if (needed > device.Device.MemorySize)
        {
            throw new JobException(FormattableString.Invariant(
                $"{device.Name} has {device.Device.MemorySize / 1e9:F1} GB of memory, and queries, keys, values, outputs and gradients need {needed / 1e9:F1} GB. ")
                + "Give a smaller --length.");
        }

        (_accelerator, _tensors) = OnDevice(() =>
        {
            var accelerator = device.Device.CreateAccelerator(context);
            return (accelerator, new DeviceTensors(accelerator, input));
        });
    }

    /// <summary>About how long it takes, in operations.</summary>
    public double Work => _pairs.Sum(FlopsOf);

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
        var stream = _accelerator.DefaultStream;
        (Upload, Download) = OnDevice(() =>
        {
            // Once for the pages, which are new.
            _tensors.Upload(stream);
            _tensors.Download(stream);
            return (_timing.Median(() => _tensors.Upload(stream)), _timing.Median(() => _tensors.Download(stream)));
        });

        var results = new List<Measurement>();
        foreach (var pair in _pairs)
        {
            progress.Begin(pair.Name, "on both");
            results.AddRange(OnDevice(() => Measure(pair, stream)));
            progress.Done(FlopsOf(pair));
        }

        return results;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tensors.Dispose();
        _accelerator.Dispose();
    }

    private double FlopsOf(Pair pair) => pair.Flops(_input.Shape, backward: false) + pair.Flops(_input.Shape, backward: true);

    private Measurement[] Measure(Pair pair, AcceleratorStream stream)
    {
        var shape = _input.Shape;
        var start = Stopwatch.GetTimestamp();
        using var gpu = pair.OnDevice(_accelerator);
        using var context = gpu.CreateContext(shape);
        var loading = Stopwatch.GetElapsedTime(start);

        var first = TimeOf(() =>
        {
            gpu.QueueForward(stream, _tensors, shape, context);
            _tensors.Download(stream);
        });
        var kept = new BackwardContext();
        pair.Layer.Forward(_input.Query, _input.Key, _input.Value, _input.CpuOutput, shape, new() { Context = kept });
        var disagreement = _input.Disagreement();
        Check(pair, "output", disagreement);

        var firstBackward = TimeOf(() =>
        {
            gpu.QueueBackward(stream, _tensors, shape, context);
            _tensors.DownloadGradients(stream);
        });
        BackwardOnCpu(pair, kept);
        var gradientDisagreement = _input.GradientDisagreement();
        Check(pair, "gradient", gradientDisagreement);

        // A check has no speed to measure, and takes long enough.
        var isCheck = _device.IsCheckOnly;
        return
        [
            new Measurement(
                pair, Backward: false, disagreement, _timing.Median(() => ForwardOnCpu(pair)),
                isCheck ? first : TimeOnDevice(() => gpu.QueueForward(stream, _tensors, shape), stream), loading),
            new Measurement(
                pair, Backward: true, gradientDisagreement, _timing.Median(() => BackwardOnCpu(pair, kept)),
                isCheck ? firstBackward : TimeOnDevice(() => gpu.QueueBackward(stream, _tensors, shape, context), stream), firstBackward),
        ];
    }

    private void Check(Pair pair, string what, double disagreement)
    {
        // Written so that NaN fails too.
        if (!(disagreement < pair.LargestDisagreement))
        {
            throw new JobException(
                FormattableString.Invariant(
                    $"{pair.Name}: {_device.Name} and the CPU differ by {disagreement:E1} of the largest {what}, more than ")
                + "rounding explains. This is an error in KernelGen, ILGPU or the driver: please report it, with the device.");
        }
    }

    private void ForwardOnCpu(Pair pair)
    {
        var shape = _input.Shape;
        pair.Layer.Forward(_input.Query, _input.Key, _input.Value, _input.CpuOutput, shape);
    }

    private void BackwardOnCpu(Pair pair, BackwardContext kept)
    {
        var shape = _input.Shape;
        pair.Layer.Backward(
            _input.Query, _input.Key, _input.Value, _input.CpuOutput, kept, outputGradient: _input.Value, _input.CpuGradients[0],
            _input.CpuGradients[1], _input.CpuGradients[2], shape);
    }

    private static TimeSpan TimeOf(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start);
    }

    // Several launches in a row and one wait, so that the way from the CPU to the device and back does not count for each.
    private TimeSpan TimeOnDevice(Action queue, AcceleratorStream stream)
    {
        TimeSpan Launch(int count) => TimeOf(() =>
        {
            for (var i = 0; i < count; i++)
            {
                queue();
            }

            stream.Synchronize();
        });

        var one = Launch(1);
        var launches = (int)Math.Clamp(Slice / one, 1, MostLaunches);
        return _timing.Median(() => Launch(launches)) / launches;
    }

    // What a device cannot do comes as one of these.
    private T OnDevice<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e)
            when (e is AcceleratorException or InternalCompilerException or NotSupportedException or InvalidOperationException)
        {
            throw new JobException(
                $"{_device.Name}: {(e.InnerException ?? e).Message} --list shows all devices, --device chooses another one.");
        }
    }
}
