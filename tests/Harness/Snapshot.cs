using System.Text;
using Xunit;

namespace KernelGen.Tests.Harness;

/// <summary>Compares whole texts with files that were read and accepted by a person.</summary>
internal static class Snapshot
{
    /// <summary>
    /// Compares with tests/Snapshots/<paramref name="name"/>.verified.cs, byte for byte. With KERNELGEN_UPDATE_SNAPSHOTS=1 in the
    /// environment it writes that file instead.
    /// </summary>
    public static void Verify(string name, string actual) => Verify(
        Path.Combine(Repository.Root, "tests", "Snapshots"), name, actual,
        update: Environment.GetEnvironmentVariable("KERNELGEN_UPDATE_SNAPSHOTS") == "1");

    internal static void Verify(string folder, string name, string actual, bool update)
    {
        var path = Path.Combine(folder, name + ".verified.cs");
        var bytes = Encoding.UTF8.GetBytes(actual);
        if (update)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(path, bytes);
            return;
        }

        Assert.True(File.Exists(path), $"There is no snapshot {name} yet. {Hint}");
        var expected = File.ReadAllBytes(path);
        if (!expected.AsSpan().SequenceEqual(bytes))
        {
            Assert.Fail(Describe(name, Encoding.UTF8.GetString(expected), actual));
        }
    }

    private const string Hint = "Set KERNELGEN_UPDATE_SNAPSHOTS=1 to accept what is emitted now, and read the difference.";

    private static string Describe(string name, string expected, string actual)
    {
        var (old, now) = (expected.Split('\n'), actual.Split('\n'));
        var line = 0;
        while (line < old.Length && line < now.Length && old[line] == now[line])
        {
            line++;
        }

        return $"""
            {name} differs from its snapshot ({now.Length} lines, {old.Length} in the snapshot), first in line {line + 1}:
              snapshot: {Show(old, line)}
              emitted:  {Show(now, line)}
            {Hint}
            """;
    }

    /// <summary>A carriage return, the difference that no eye finds, is spelled out.</summary>
    private static string Show(string[] lines, int line) => line < lines.Length ? lines[line].Replace("\r", "\\r") : "(no such line)";
}
