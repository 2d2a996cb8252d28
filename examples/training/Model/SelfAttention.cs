using static TorchSharp.torch;

namespace KernelGen.Examples.Training;

/// <summary>
/// What a block needs of attention: [batch, length, dim], and the lengths of the sequences (null: all are whole), to [batch, length, dim].
/// </summary>
internal abstract class SelfAttention(string name) : nn.Module<Tensor, Tensor?, Tensor>(name);
