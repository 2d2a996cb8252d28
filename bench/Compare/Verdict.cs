namespace KernelGen.Bench.Compare;

/// <summary>What a ratio and its spread say.</summary>
internal enum Verdict
{
    /// <summary>Within 2 %, or not told apart from 1.</summary>
    Same,

    /// <summary>The present tree is more than 2 % faster.</summary>
    Faster,

    /// <summary>The present tree is more than 2 % slower.</summary>
    Slower,
}
