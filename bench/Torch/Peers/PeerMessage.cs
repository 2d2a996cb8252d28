using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KernelGen.Bench.Torch.Peers;

/// <summary>One line that a measuring process writes for the one that started it; one of the members is set.</summary>
internal sealed record PeerMessage
{
    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The width in force, said first.</summary>
    public int? Width { get; init; }

    /// <summary>What is measured next.</summary>
    public string? Progress { get; init; }

    public PeerRow? Row { get; init; }

    public MatrixRow? Matrix { get; init; }

    /// <summary>A line for the report.</summary>
    public string? Note { get; init; }

    public string ToLine() => JsonSerializer.Serialize(this, Options);

    public static PeerMessage Parse(string line) => JsonSerializer.Deserialize<PeerMessage>(line, Options)
        ?? throw new JsonException("An empty message from a measuring process.");
}
