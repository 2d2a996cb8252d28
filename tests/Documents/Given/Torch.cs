// Likewise for documents about models of TorchSharp.
namespace Given;

public static partial class Names
{
    public static readonly nn.Module<Tensor, Tensor> model = null!;
    public static readonly optim.Optimizer optimizer = null!;
    public static readonly Tensor input = null!, loss = null!, embeddedPrompt = null!, promptLengths = null!, embeddedToken = null!;
}
