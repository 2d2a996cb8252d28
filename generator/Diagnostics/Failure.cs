using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Diagnostics;

/// <summary>The last resort: an exception of the generator itself, told as a diagnostic instead of a crash.</summary>
internal static class Failure
{
    /// <remarks>Messages are one line; the stack is what a report needs most, so it is kept.</remarks>
    public static Diagnostic Describe(string subject, Exception error, Location location) =>
        Diagnostic.Create(Rules.InternalError, location, subject, error.ToString().Replace("\r", "").Replace("\n", " "));
}
