using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>What the backward pass of a function hands to autograd, and what becomes of an exception in it.</summary>
internal static class BackwardResults
{
    // Autograd copies the references to the gradients that it is handed, and nobody disposes of the objects: so the next backward pass of
    // the thread does, or the caller's dispose scope where there is one. No more than one pass's gradients ever wait.
    [ThreadStatic]
    private static List<Tensor>? _handedOut;

    /// <summary>Computes gradients in a dispose scope of their own.</summary>
    /// <param name="function">What is differentiated, for messages.</param>
    /// <param name="isTensor">Of each argument of the function whether it is a tensor.</param>
    /// <param name="outputGradient">The gradient by the output, which is disposed of; without a value where none is there.</param>
    /// <param name="compute">Gives one gradient an argument; null for none.</param>
    /// <remarks>
    /// An exception that left this would run into native code and end the process. Instead autograd is handed gradients without axes, which
    /// it refuses, so that the caller's <c>backward()</c> throws, and the reason is written to the standard error stream before.
    /// </remarks>
    public static List<Tensor> Of(
        string function, IReadOnlyList<bool> isTensor, Tensor outputGradient, Func<IReadOnlyList<Tensor?>, List<Tensor?>> compute) =>
        Of(function, isTensor, [outputGradient], compute);

    /// <inheritdoc cref="Of(string, IReadOnlyList{bool}, Tensor, Func{IReadOnlyList{Tensor}, List{Tensor}})"/>
    /// <param name="outputGradients">The gradients by the outputs, likewise.</param>
    public static List<Tensor> Of(
        string function, IReadOnlyList<bool> isTensor, IReadOnlyList<Tensor> outputGradients,
        Func<IReadOnlyList<Tensor?>, List<Tensor?>> compute)
    {
        _handedOut?.ForEach(tensor => tensor.Dispose());
        _handedOut = [];
        using var scope = NewDisposeScope();
        List<Tensor?> gradients;
        try
        {
            if (is_grad_enabled())
            {
                throw new NotSupportedException("gradients of gradients (create_graph: true) are not supported");
            }

            Tensor?[] given = [.. outputGradients.Select(gradient => gradient.IsInvalid ? null : gradient)];
            gradients = given.All(gradient => gradient is null) ? [.. isTensor.Select(_ => (Tensor?)null)] : compute(given);
        }
        catch (Exception exception)
        {
            Console.Error.WriteLine($"KernelGen: the backward pass of {function} failed: {exception.Message}");
            gradients = [.. isTensor.Select(isOne => isOne ? tensor(float.NaN) : null)];
        }

        foreach (var gradient in gradients)
        {
            if (gradient is not null)
            {
                _handedOut.Add(gradient.MoveToOuterDisposeScope());
            }
        }

        foreach (var gradient in outputGradients)
        {
            gradient.Dispose();
        }

        // The list is autograd's, which takes null for a gradient that is not there.
        return gradients!;
    }
}
