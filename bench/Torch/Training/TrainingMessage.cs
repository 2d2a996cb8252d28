using System.Text.Json;
using System.Text.Json.Serialization;

namespace KernelGen.Bench.Torch.Training;

/// <summary>One line that a measuring process writes for the one that started it; one of the members is set.</summary>
internal sealed record TrainingMessage
{
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The width in force, said first.</summary>
    public int? Width { get; init; }

    /// <summary>What is measured next.</summary>
    public string? Progress { get; init; }

    public StepRow? Row { get; init; }

    public LossRow? Loss { get; init; }

    public string ToLine() => JsonSerializer.Serialize(this, Options);

    public static TrainingMessage Parse(string line) => JsonSerializer.Deserialize<TrainingMessage>(line, Options)
        ?? throw new JsonException("An empty message from a measuring process.");
}
