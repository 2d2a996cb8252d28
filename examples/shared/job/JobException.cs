namespace KernelGen.Examples;

/// <summary>The job cannot go on. The message is for the person at the terminal: what is wrong, and what to do next.</summary>
internal sealed class JobException(string message) : Exception(message);
