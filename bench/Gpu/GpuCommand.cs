using System.CommandLine;
using KernelGen.Bench.Reports;

namespace KernelGen.Bench.Gpu;

/// <summary>The options of <c>gpu</c>. What runs depends on whether the project references ILGPU: Present or Absent.</summary>
internal static class GpuCommand
{
    public static Command Create()
    {
        var device = new Option<int>("--device")
        {
            Description = "The device, by its number in the list that is printed first; without it the first, a GPU if there is one.",
            HelpName = "NUMBER",
        };
        device.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var number) && number >= 0))
            {
                result.AddError($"--device: '{token.Value}' is not the number of a device.");
            }
        });
        var csv = OutputFile.Option("--csv", "Also write the rows as comma-separated values.");
        var markdown = OutputFile.Option("--markdown", "Also write the report as Markdown.");
        var command = new Command("gpu", "Measures FAVOR+ on a GPU against its multiply-add peak. Needs a build with -p:Ilgpu=true.")
        {
            device, csv, markdown,
        };
        command.SetAction(parsed => GpuRun.Execute(
            new GpuOptions(parsed.GetValue(device), parsed.GetValue(csv), parsed.GetValue(markdown))));
        return command;
    }
}
