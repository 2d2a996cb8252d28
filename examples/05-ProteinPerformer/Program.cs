using KernelGen.Examples.ProteinPerformer;

return CommandLine.Invoke(args);
