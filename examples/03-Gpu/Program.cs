using KernelGen.Examples;
using KernelGen.Examples.CpuAndGpu;

return CommandLine.Invoke(args, settings =>
{
    var terminal = new Terminal();
    var report = new Report(terminal.Ansi, settings);
    if (settings.PtxFolder is { } folder)
    {
        report.Ptx(PtxFiles.Write(folder), folder);
        return ExitCode.Success;
    }

    using var context = Devices.CreateContext();
    var devices = Devices.All(context);
    report.Devices(devices);
    if (settings.OnlyList)
    {
        return ExitCode.Success;
    }

    var device = Devices.Choose(devices, settings.Device);
    var length = settings.Length ?? (device.IsCheckOnly ? Settings.CheckLength : Settings.DefaultLength);
    var proteins = Fasta.ReadFile(settings.DataPath);
    report.Intro(proteins, device, length);

    var input = new HeadInput(new Embedding(settings.Seed), TokenStream.Concatenate(proteins, length), settings.Threads);
    using var experiment = new Experiment(settings, context, device, input);
    var results = terminal.Run(experiment.Work, experiment.Run);
    report.Results(results, device, experiment);
    return ExitCode.Success;
});
