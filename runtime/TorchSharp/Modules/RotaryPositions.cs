using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// Rotary positions: each pair of numbers (x_i, x_{i + d/2}) of a query or key is rotated by its position times θ^(−2i/d), so that products
/// of queries and keys depend on the distance of their tokens. Norms stay as they are, and so do the errors of random features that depend
/// on them.
/// </summary>
/// <remarks>
/// Source: Su et al., "RoFormer" (2104.09864), with halves paired in place of neighbours, as LLaMA and GPT-NeoX do. Angles are computed in
/// double.
/// </remarks>
public sealed class RotaryPositions
{
    private readonly Lock _lock = new();
    private (long Length, int Half, Tensor Cos, Tensor Sin)? _table;

    /// <param name="theta">θ, above 1: the base of the wavelengths, which grow from 2π to 2π·θ tokens.</param>
    /// <exception cref="ArgumentOutOfRangeException">θ is not above 1 or not finite.</exception>
    public RotaryPositions(double theta = 10_000)
    {
        if (!(theta > 1) || !double.IsFinite(theta))
        {
            throw new ArgumentOutOfRangeException(nameof(theta), theta, $"θ is {theta}, but must be a finite number above 1.");
        }

        Theta = theta;
    }

    /// <summary>θ.</summary>
    public double Theta { get; }

    /// <summary>Rotates queries or keys.</summary>
    /// <param name="tokens">[batch, length, heads, dim], dim even.</param>
    /// <param name="start">The position of the first token of each sequence; empty: 0.</param>
    /// <returns>Of the same shape, contiguous.</returns>
    /// <exception cref="ArgumentException">The dimension is odd, or there are other than batch starts.</exception>
    public Tensor Apply(Tensor tokens, ReadOnlySpan<long> start = default)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.dim() != 4 || tokens.shape[3] % 2 != 0)
        {
            throw new ArgumentException(
                $"The tokens are [{string.Join(", ", tokens.shape)}], but must be [batch, length, heads, dim] with an even dim.",
                nameof(tokens));
        }

        if (start.Length != 0 && start.Length != tokens.shape[0])
        {
            throw new ArgumentException($"There are {start.Length} starts for a batch of {tokens.shape[0]} sequences.", nameof(start));
        }

        using var scope = NewDisposeScope();
        var half = (int)tokens.shape[3] / 2;
        var (cos, sin) = start.IsEmpty ? FromTheStart(tokens.shape[1], half) : Rotations(start, tokens.shape[1], half);
        Tensor first = tokens.narrow(3, 0, half), second = tokens.narrow(3, half, half);
        return cat([first * cos - second * sin, second * cos + first * sin], 3).MoveToOuterDisposeScope();
    }

    // [1, length, 1, half] each, kept from call to call.
    private (Tensor Cos, Tensor Sin) FromTheStart(long length, int half)
    {
        lock (_lock)
        {
            if (_table is not { } table || table.Length < length || table.Half != half)
            {
                // What is made in inference mode could not be used in training later.
                using var mode = inference_mode(false);
                var (cos, sin) = Rotations([0], length, half);
                (_table?.Cos)?.Dispose();
                (_table?.Sin)?.Dispose();
                table = (length, half, cos.DetachFromDisposeScope(), sin.DetachFromDisposeScope());
                _table = table;
            }

            return (table.Cos.narrow(1, 0, length), table.Sin.narrow(1, 0, length));
        }
    }

    // [starts, length, 1, half] each.
    private (Tensor Cos, Tensor Sin) Rotations(ReadOnlySpan<long> start, long length, int half)
    {
        var positions = (tensor(start.ToArray()).unsqueeze(1) + arange(length, ScalarType.Int64).unsqueeze(0)).to(ScalarType.Float64);
        var frequencies = exp(arange(half, ScalarType.Float64) * (-Math.Log(Theta) / half));
        var angles = positions.unsqueeze(2).unsqueeze(3) * frequencies;
        return (angles.cos().to(ScalarType.Float32), angles.sin().to(ScalarType.Float32));
    }
}
