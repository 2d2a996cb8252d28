using System.ComponentModel;

namespace KernelGen.CompilerServices;

/// <summary>
/// A layer whose calls take more tensors than queries, keys and values. Its members name each; libraries that find them by their names call
/// the engine.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IEngineAttention
{
    /// <summary>The engine of the layer.</summary>
    AttentionEngine Engine { get; }
}
