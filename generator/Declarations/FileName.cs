using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace KernelGen.Generator.Declarations;

/// <summary>Names of emitted files, which the compiler writes to disk where a project asks for it.</summary>
internal static class FileName
{
    /// <summary>
    /// Bytes of UTF-8 that leave room for a number and for the longest suffix, `.Ilgpu.Gradients.g.cs`, in the 143 that encrypted home
    /// folders allow; other file systems allow 255.
    /// </summary>
    public const int MaxBytes = 116;

    /// <summary>What Windows takes for a device, whatever follows the first dot.</summary>
    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", "COM", "LPT"];

    /// <summary>
    /// The name, or where a file cannot be called so the end of it, behind a hash of the whole. Different names stay different.
    /// </summary>
    public static string Of(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) <= MaxBytes && !IsDevice(name.Split('.')[0]))
        {
            return name;
        }

        var prefix = Hash(name) + "-";
        var start = 0;
        while (Encoding.UTF8.GetByteCount(name.Substring(start)) > MaxBytes - prefix.Length)
        {
            start++;
        }

        return prefix + name.Substring(start);
    }

    /// <summary>COM1 and LPT1 have a digit.</summary>
    private static bool IsDevice(string part) =>
        part.Length is 3 or 4 && Devices.Contains(part.Substring(0, 3).ToUpperInvariant()) && (part.Length == 3 || char.IsDigit(part[3]));

    private static string Hash(string name)
    {
        using var algorithm = SHA256.Create();
        var bytes = algorithm.ComputeHash(Encoding.UTF8.GetBytes(name));
        return string.Concat(bytes.Take(8).Select(part => part.ToString("x2", CultureInfo.InvariantCulture)));
    }
}
