using System.ComponentModel;

namespace KernelGen;

/// <summary>
/// Generates Linformer attention into the partial class that carries it: softmax attention over <see cref="Rank"/> learned mixtures of the
/// keys and values, in time and memory linear in the length.
/// </summary>
/// <remarks>
/// o_i = Σ_r softmax_r(q_iᵀ(EᵀK)_r/√d)·(FᵀV)_r (Wang et al., "Linformer: Self-Attention with Linear Complexity", arXiv:2006.04768). E and
/// F have a row for each position; calls take them beside queries, keys and values, and their gradients. A sequence of n keys uses the
/// first n rows. Time is O((n + L)·Rank·d). Every mixture is of all keys, so this attention cannot be causal, and keys that do not count
/// are left out of the sums.
/// </remarks>
/// <example>
/// <code>
/// [LinformerAttention(HeadDim = 64, MaxLength = 4096, Rank = 256, Sharing = LengthSharing.Heads)]
/// public sealed partial class LowRankAttention;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class LinformerAttentionAttribute : Attribute
{
    /// <summary>d, the numbers in one head's query and key. Required; 1 to 1024. Multiples of 16 are fastest.</summary>
    public int HeadDim { get; set; }

    /// <summary>dv, the numbers in one head's value and output; 1 to 1024. Default: <see cref="HeadDim"/>.</summary>
    public int ValueDim { get; set; }

    /// <summary>The rows of E and F: the most keys that a sequence can have. Required; 1 to 16,777,216.</summary>
    public int MaxLength { get; set; }

    /// <summary>
    /// The columns of E and F, the mixtures that queries attend to. Required; 1 to 4096. The paper takes 128 to 256; multiples of 16 are
    /// fastest. More than <see cref="MaxLength"/> are a warning, KGEN064.
    /// </summary>
    public int Rank { get; set; }

    /// <summary>Which heads have the same E and F. Default: each has its own.</summary>
    public LengthSharing Sharing { get; set; }

    /// <summary>
    /// Not to be set: every mixture is of all keys, so that no query could see only those before it. True is an error, KGEN063.
    /// </summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool Causal { get; set; }

    /// <summary>What the layer is generated for. Default: <see cref="Backends.Auto"/>.</summary>
    public Backends Backends { get; set; }

    /// <summary>
    /// How GPU kernels multiply. <see cref="Precision.TensorFloat32"/> needs an ILGPU context of optimisation level O2, which the launcher
    /// checks, and leaves CPU kernels as they are. Default: <see cref="Precision.Float32"/>.
    /// </summary>
    public Precision Precision { get; set; }
}
