namespace KernelGen.Bench.Roofline;

/// <summary>One thing to measure, named for the progress line.</summary>
internal sealed record Step(string Name, Func<IEnumerable<WorkerMessage>> Measure);
