using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace KernelGen.Tests.Golden;

/// <summary>The files of one case.</summary>
internal sealed class Vectors
{
    private readonly string _folder;
    private readonly JsonElement _meta;

    public Vectors(string name)
    {
        _folder = Path.Combine(Here(), "data", name);
        _meta = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "meta.json"))).RootElement;
        var (queries, keys) = (SizesOf("q"), SizesOf("k"));
        Shape = new AttentionShape(queries[0], queries[1], queries[2], keys[2]);
    }

    public AttentionShape Shape { get; }

    public int Size(string property) => _meta.GetProperty(property).GetInt32();

    /// <summary>The layer with the projections of the case.</summary>
    public IAttention Create(Type type) => type.IsDefined(typeof(SoftmaxAttentionAttribute), inherit: false)
        ? (IAttention)Activator.CreateInstance(type)!
        : (IAttention)Activator.CreateInstance(type, Projection.FromWeights(Read<float>("W.f32.bin"), Size("m"), Size("d")))!;

    public T[] Read<T>(string file)
        where T : struct =>
        MemoryMarshal.Cast<byte, T>(File.ReadAllBytes(Path.Combine(_folder, file))).ToArray();

    private int[] SizesOf(string tensor) =>
        [.. _meta.GetProperty("files").GetProperty(tensor).GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
