using TorchSharp.Modules;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>One forward pass through reversible blocks, and how it is gone through backwards.</summary>
/// <remarks>
/// Blocks are two parts each, F and G, and the pass knows parts alone: part i adds to one half what it makes of the other, after which the
/// halves change places.
/// </remarks>
internal sealed class ReversiblePass
{
    private readonly nn.Module<Tensor, Tensor>[] _parts;
    private readonly Parameter[] _trained;
    private readonly PartState[] _states;

    /// <param name="blocks">The blocks.</param>
    /// <param name="trained">The parameters of theirs whose gradients are wanted.</param>
    public ReversiblePass(IEnumerable<ReversibleBlock> blocks, Parameter[] trained)
    {
        _parts = [.. blocks.SelectMany(block => new[] { block.F, block.G })];
        _trained = trained;
        _states = new PartState[_parts.Length];
    }

    /// <summary>The tensors of the function: both inputs and the trained parameters.</summary>
    public int TensorCount => 2 + _trained.Length;

    /// <summary>The outputs of the last block. Gradients must not be recorded.</summary>
    public (Tensor Y1, Tensor Y2) Forward(Tensor x1, Tensor x2)
    {
        var (into, from) = (x1, x2);
        for (var i = 0; i < _parts.Length; i++)
        {
            using var scope = NewDisposeScope();
            _states[i] = PartState.Of(_parts[i]);
            var sum = (into + Apply(i, from)).MoveToOuterDisposeScope();
            if (i >= 2)
            {
                into.Dispose(); // made by this pass, and no later part reads it
            }

            (into, from) = (from, sum);
        }

        return (into, from);
    }

    /// <summary>The inputs of the first block, by what the parts compute now. Gradients must not be recorded.</summary>
    public (Tensor X1, Tensor X2) Inverse(Tensor y1, Tensor y2)
    {
        var (into, from) = (y1, y2);
        for (var i = _parts.Length - 1; i >= 0; i--)
        {
            (into, from) = (from - Apply(i, into), into);
        }

        return (into, from);
    }

    /// <summary>The gradients of x1, x2 and the trained parameters, null for parameters that nothing depends on.</summary>
    public List<Tensor?> Backward(Tensor y1, Tensor y2, Tensor dy1, Tensor dy2)
    {
        var parameterGradients = new Tensor?[_trained.Length];
        var (into, from, dInto, dFrom) = (y1, y2, dy1, dy2);
        var random = PartState.Random();
        try
        {
            for (var i = _parts.Length - 1; i >= 0; i--)
            {
                using var scope = NewDisposeScope();
                var (made, gradient) = Differentiate(i, into, dFrom, parameterGradients);
                var rebuilt = (from - made).MoveToOuterDisposeScope();
                var sum = (gradient is null ? dInto.alias() : dInto + gradient).MoveToOuterDisposeScope();
                if (i < _parts.Length - 2)
                {
                    from.Dispose(); // rebuilt two parts ago, and not needed any more
                    dInto.Dispose();
                }

                (into, from, dInto, dFrom) = (rebuilt, into, dFrom, sum);
            }
        }
        finally
        {
            PartState.SetRandom(random);
        }

        return [dInto, dFrom, .. parameterGradients];
    }

    // What a part makes of its input, and the gradient of that input; those of parameters are added to what is there.
    private (Tensor Made, Tensor? Gradient) Differentiate(int i, Tensor input, Tensor outputGradient, Tensor?[] parameterGradients)
    {
        HashSet<Parameter> parameters = new(_parts[i].parameters(), ReferenceEqualityComparer.Instance);
        int[] own = [.. Enumerable.Range(0, _trained.Length).Where(place => parameters.Contains(_trained[place]))];
        var leaf = input.detach().requires_grad_();
        Tensor made;
        using (_states[i].Restore())
        using (enable_grad())
        {
            made = Apply(i, leaf);
        }

        if (!made.requires_grad)
        {
            return (made, null);
        }

        var gradients = autograd.grad([made], [leaf, .. own.Select(place => _trained[place])], [outputGradient], allow_unused: true);
        for (var j = 0; j < own.Length; j++)
        {
            var gradient = gradients[j + 1];
            ref var sum = ref parameterGradients[own[j]];
            if (!gradient.IsInvalid)
            {
                sum = (sum is null ? gradient : sum + gradient).MoveToOuterDisposeScope();
            }
        }

        return (made.detach(), gradients[0].IsInvalid ? null : gradients[0]);
    }

    private Tensor Apply(int i, Tensor input)
    {
        var made = _parts[i].call(input);
        return made.shape.AsSpan().SequenceEqual(input.shape) && made.dtype == input.dtype
            ? made
            : throw new ArgumentException(
                $"{(i % 2 == 0 ? 'F' : 'G')} of block {i / 2} made {made.dtype} [{string.Join(", ", made.shape)}] of {input.dtype} "
                + $"[{string.Join(", ", input.shape)}], but must keep both.");
    }
}
