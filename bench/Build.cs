namespace KernelGen.Bench;

/// <summary>How this program was compiled.</summary>
internal static class Build
{
#if DEBUG
    public static bool IsDebug => true;
#else
    public static bool IsDebug => false;
#endif
}
