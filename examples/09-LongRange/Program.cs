using KernelGen.Examples.LongRange;

return CommandLine.Invoke(args);
