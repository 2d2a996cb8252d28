using System.Runtime.InteropServices;
using KernelGen.CompilerServices;
using static TorchSharp.torch;

namespace KernelGen.TorchSharp;

/// <summary>
/// What a call hands a layer beside queries, keys and values, by name: numbers of tokens, learned tables and matrices, decays. Tensors of
/// float32 are arguments of autograd's node, since they have gradients; numbers of tokens are not.
/// </summary>
internal sealed class OtherTensors
{
    private static readonly string[] Known = ["query", "key", "value", "output"];

    private readonly AttentionEngine _engine;
    private readonly List<string> _names = [];
    private readonly Dictionary<string, int[]> _numbers = [];
    private readonly Dictionary<string, Operand> _gradients = [];

    private OtherTensors(AttentionEngine engine) => _engine = engine;

    public delegate void Call(AttentionEngine engine, in CallTensors tensors);

    /// <summary>Those of float32, in the order of the node's arguments; each is contiguous.</summary>
    public List<Tensor> Floats { get; } = [];

    /// <summary>Whether autograd records what becomes of any.</summary>
    public bool RequiresGradient => Floats.Any(tensor => tensor.requires_grad);

    /// <summary>Reads them; null where the layer needs nothing and nothing is given.</summary>
    /// <param name="attention">The layer.</param>
    /// <param name="given">By name.</param>
    /// <param name="shape">The sizes.</param>
    /// <exception cref="ArgumentException">One is missing, unknown, of another type or size.</exception>
    public static OtherTensors? Of(IAttention attention, IReadOnlyDictionary<string, Tensor>? given, in AttentionShape shape)
    {
        given ??= new Dictionary<string, Tensor>();
        var engine = (attention as IEngineAttention)?.Engine;
        Operand[] needed = engine is null
            ? []
            : [.. engine.ForwardTensors.ToArray().Where(operand => !Known.Contains(operand.Name))];
        if (given.Keys.FirstOrDefault(name => needed.All(operand => operand.Name != name)) is { } unknown)
        {
            throw new ArgumentException(
                $"The layer {attention.GetType()} takes no tensor '{unknown}' beside queries, keys and values; it takes "
                + (needed.Length == 0 ? "none." : $"{string.Join(", ", needed.Select(operand => operand.Name))}."), "tensors");
        }

        if (engine is null || needed.Length == 0)
        {
            return null;
        }

        var others = new OtherTensors(engine);
        foreach (var operand in needed)
        {
            if (given.TryGetValue(operand.Name, out var tensor) && tensor is not null)
            {
                others.Add(operand, tensor, shape);
            }
            else if (!operand.IsOptional)
            {
                throw new ArgumentException(
                    $"The layer {attention.GetType()} needs the tensor '{operand.Name}', [{string.Join(", ", operand.AxesIn(shape))}], "
                    + "among tensors.", "tensors");
            }
        }

        return others;
    }

    /// <summary>A forward call.</summary>
    /// <param name="floats">Those of float32, in their order.</param>
    /// <param name="query">Readable, as are the next two.</param>
    /// <param name="key">Keys.</param>
    /// <param name="value">Values.</param>
    /// <param name="output">Written.</param>
    /// <param name="layout">The order of the axes.</param>
    /// <param name="call">Is handed all of them.</param>
    public void Forward(
        IReadOnlyList<Tensor> floats, Tensor query, Tensor key, Tensor value, Tensor output, TensorLayout layout, Call call) => Hand(
            _engine.ForwardTensors.ToArray(),
            new() { ["query"] = query, ["key"] = key, ["value"] = value, ["output"] = output }, floats, layout, call);

    /// <summary>A backward call.</summary>
    /// <param name="floats">Those of float32, in their order.</param>
    /// <param name="tensors">The tensors that all attention has, by the names of the kernel; null for gradients that nobody wants.</param>
    /// <param name="layout">The order of the axes.</param>
    /// <param name="call">Is handed all of them.</param>
    /// <returns>The gradients of those of float32; null for those that nobody wants.</returns>
    public List<Tensor?> Backward(
        IReadOnlyList<Tensor> floats, Dictionary<string, Tensor?> tensors, TensorLayout layout, Call call)
    {
        List<Tensor?> gradients = [];
        foreach (var (name, tensor) in _names.Zip(floats))
        {
            var gradient = tensor.requires_grad ? empty(tensor.shape, ScalarType.Float32, CPU) : null;
            gradients.Add(gradient);
            if (gradient is not null)
            {
                tensors[_gradients[name].Name] = gradient;
            }
        }

        Hand(_engine.BackwardTensors.ToArray(), tensors, floats, layout, call);
        return gradients;
    }

    private void Hand(
        Operand[] operands, Dictionary<string, Tensor?> tensors, IReadOnlyList<Tensor> floats, TensorLayout layout, Call call)
    {
        foreach (var (name, tensor) in _names.Zip(floats))
        {
            tensors[name] = tensor;
        }

        call(_engine, new(At(0), At(1), At(2), At(3), At(4), At(5), At(6), At(7), At(8), At(9), At(10), At(11)));

        ReadOnlyTensorView At(int place) =>
            place >= operands.Length ? default
            : _numbers.TryGetValue(operands[place].Name, out var numbers) ? MemoryMarshal.Cast<int, float>(numbers.AsSpan())
            : tensors.GetValueOrDefault(operands[place].Name) is { } tensor ? TensorViews.Of(tensor, layout)
            : default;
    }

    private void Add(Operand operand, Tensor tensor, in AttentionShape shape)
    {
        var axes = operand.AxesIn(shape);
        if (operand.Element == OperandElement.Int32)
        {
            if (tensor.dtype is not (ScalarType.Int32 or ScalarType.Int64))
            {
                throw new ArgumentException($"{operand.Name} is {tensor.dtype}, but must be int32 or int64.", operand.Name);
            }

            CheckAxes(operand, tensor, axes);
            using var numbers = tensor.cpu().to(ScalarType.Int64).contiguous();
            _numbers[operand.Name] = [.. numbers.data<long>().Select((number, place) => number == (int)number
                ? (int)number
                : throw new ArgumentException($"{operand.Name}[{place}] is {number}, which is no int.", operand.Name))];
            return;
        }

        TensorChecks.Kind(tensor, operand.Name);
        CheckAxes(operand, tensor, axes);
        var gradient = _engine.BackwardTensors.ToArray().FirstOrDefault(other => other.Name == operand.Name + "Gradient");
        if (gradient is not null)
        {
            _gradients[operand.Name] = gradient;
        }
        else if (tensor.requires_grad && is_grad_enabled())
        {
            throw new ArgumentException($"The layer computes no gradient of {operand.Name}: detach it.", operand.Name);
        }

        _names.Add(operand.Name);
        Floats.Add(tensor.contiguous());
    }

    // An axis of one number may stand at the end.
    private static void CheckAxes(Operand operand, Tensor tensor, long[] axes)
    {
        if (!tensor.shape.SequenceEqual(axes) && !tensor.shape.SequenceEqual(axes.Append(1)))
        {
            throw new ArgumentException(
                $"{operand.Name} is [{string.Join(", ", tensor.shape)}], but must be [{string.Join(", ", axes)}].", operand.Name);
        }
    }
}
