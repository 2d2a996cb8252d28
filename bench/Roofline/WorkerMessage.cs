using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KernelGen.Bench.Roofline;

/// <summary>One line that a measuring process writes for the one that started it; one of the members is set.</summary>
internal sealed record WorkerMessage
{
    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The width in force, said first.</summary>
    public int? Width { get; init; }

    /// <summary>What is measured next.</summary>
    public string? Progress { get; init; }

    public FirstCall? FirstCall { get; init; }

    public Row? Row { get; init; }

    public StepRow? StepRow { get; init; }

    public Ratio? Ratio { get; init; }

    /// <summary>A line for the report that is no ratio.</summary>
    public string? Note { get; init; }

    public string ToLine() => JsonSerializer.Serialize(this, Options);

    public static WorkerMessage Parse(string line) => JsonSerializer.Deserialize<WorkerMessage>(line, Options)
        ?? throw new JsonException("An empty message from a measuring process.");
}
