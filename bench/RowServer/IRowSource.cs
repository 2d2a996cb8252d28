using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.RowServer;

/// <summary>
/// A kind of rows, in a file of its own: where another commit lacks what the kind uses, that file is left out. All that are compiled are
/// found, by reflection.
/// </summary>
internal interface IRowSource
{
    /// <summary>The rows of a kernel.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="threads">The threads of a call.</param>
    IEnumerable<ServedRow> Rows(BenchKernel kernel, int threads);
}
