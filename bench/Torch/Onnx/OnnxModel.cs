using System.Text;

namespace KernelGen.Bench.Torch.Onnx;

/// <summary>
/// A model of one operator in the ONNX format, which is a protocol buffer (github.com/onnx/onnx, onnx/onnx.proto: the field numbers below).
/// </summary>
internal static class OnnxModel
{
    private const int IrVersion = 10, Float = 1, IntegerAttribute = 2;

    /// <summary>A model whose inputs and single output are the operator's.</summary>
    /// <param name="type">The operator.</param>
    /// <param name="domain">Its domain; empty for the standard.</param>
    /// <param name="version">The version of the domain's operators.</param>
    /// <param name="inputs">Name and shape of each input, float32.</param>
    /// <param name="output">Name and shape of the output.</param>
    /// <param name="attributes">Integer attributes.</param>
    public static byte[] Create(
        string type, string domain, int version, IReadOnlyList<(string Name, long[] Shape)> inputs, (string Name, long[] Shape) output,
        IReadOnlyList<(string Name, long Value)> attributes)
    {
        var node = new Message();
        foreach (var input in inputs)
        {
            node.Add(1, input.Name);
        }

        node.Add(2, output.Name).Add(4, type).Add(7, domain);
        foreach (var (name, value) in attributes)
        {
            node.Add(5, new Message().Add(1, name).Add(3, value).Add(20, IntegerAttribute));
        }

        var graph = new Message().Add(1, node).Add(2, type);
        foreach (var input in inputs)
        {
            graph.Add(11, Tensor(input));
        }

        graph.Add(12, Tensor(output));
        var model = new Message().Add(1, IrVersion).Add(7, graph).Add(8, Domain(domain, version));
        if (domain.Length > 0)
        {
            model.Add(8, Domain("", 21));
        }

        return model.ToArray();
    }

    private static Message Domain(string name, int version) => new Message().Add(1, name).Add(2, version);

    private static Message Tensor((string Name, long[] Shape) tensor)
    {
        var shape = new Message();
        foreach (var size in tensor.Shape)
        {
            shape.Add(1, new Message().Add(1, size));
        }

        return new Message().Add(1, tensor.Name).Add(2, new Message().Add(1, new Message().Add(1, Float).Add(2, shape)));
    }

    /// <summary>Fields, each after its number and kind: a variable-length integer, or bytes after their count.</summary>
    private sealed class Message
    {
        private readonly MemoryStream _bytes = new();

        public Message Add(int field, long value)
        {
            Integer((ulong)field << 3);
            Integer((ulong)value);
            return this;
        }

        public Message Add(int field, string text) => Add(field, Encoding.UTF8.GetBytes(text));

        public Message Add(int field, Message message) => Add(field, message.ToArray());

        public byte[] ToArray() => _bytes.ToArray();

        private Message Add(int field, byte[] bytes)
        {
            Integer(((ulong)field << 3) | 2);
            Integer((ulong)bytes.Length);
            _bytes.Write(bytes);
            return this;
        }

        private void Integer(ulong value)
        {
            for (; value >= 128; value >>= 7)
            {
                _bytes.WriteByte((byte)(value | 128));
            }

            _bytes.WriteByte((byte)value);
        }
    }
}
