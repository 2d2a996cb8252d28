using System.Globalization;
using KernelGen.Bench.Roofline;
using KernelGen.Bench.RowServer;

// Measures when it is told to: a line on standard input asks, one on standard output answers; bench/Compare/RowServerProcess.cs is the
// other side.
//
//   (at the start)   the width in force, in bits
//   rows             the names of all rows, with tabs between
//   open NAME        ready: the row is allocated and warm; the one before is gone
//   slice SECONDS    seconds of a call
const double WarmUpSeconds = 0.25; // long enough for the JIT's second tier to arrive in what surrounds the kernels

var rows = RowCatalog.All(threads: int.Parse(args[0], CultureInfo.InvariantCulture));
IRowWork? open = null;
Say(VectorWidth.InForce.ToString(CultureInfo.InvariantCulture));
while (Console.In.ReadLine() is { } line)
{
    var (command, argument) = line.Split(' ', 2) is [var first, var second] ? (first, second) : (line, "");
    Say(command switch
    {
        "rows" => string.Join('\t', rows.Select(row => row.Name)),
        "open" => Open(argument),
        "slice" => open!.Slice(double.Parse(argument, CultureInfo.InvariantCulture)).ToString("R", CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"'{line}' is no command."),
    });
}

return 0;

string Open(string name)
{
    open?.Dispose();
    open = null;
    GC.Collect();
    open = rows.Single(row => row.Name == name).Open();
    open.Slice(WarmUpSeconds);
    return "ready";
}

static void Say(string text)
{
    Console.Out.WriteLine(text);
    Console.Out.Flush();
}
