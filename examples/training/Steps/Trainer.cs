using KernelGen.TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace KernelGen.Examples.Training;

/// <summary>A model and its optimiser, step by step.</summary>
internal sealed class Trainer : IDisposable
{
    private readonly OptimizerSettings _settings;
    private readonly AdamW _optimizer;

    public Trainer(Transformer model, OptimizerSettings settings)
    {
        (Model, _settings) = (model, settings);
        _optimizer = optim.AdamW(model.parameters(), settings.Rate, weight_decay: settings.WeightDecay);
    }

    /// <summary>The model.</summary>
    public Transformer Model { get; }

    /// <summary>The steps that were done.</summary>
    public long Steps { get; private set; }

    /// <summary>One step of the optimiser: the mean cross entropy of the batch's targets, in nats, before it.</summary>
    public double Step(TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        Model.train();
        _optimizer.zero_grad();
        using var loss = Loss(batch);
        loss.backward();
        _ = nn.utils.clip_grad_norm_(Model.parameters(), _settings.ClipNorm);
        foreach (ParamGroup group in _optimizer.ParamGroups)
        {
            group.LearningRate = _settings.RateAt(Steps);
        }

        _ = _optimizer.step();
        Model.AfterOptimizerStep();
        Steps++;
        return loss.item<float>();
    }

    /// <summary>The mean cross entropy of the batch's targets, in nats.</summary>
    public Tensor Loss(TrainingBatch batch)
    {
        var scores = Model.call(tensor(batch.Inputs, [batch.Rows, batch.Length]), LengthsOf(batch));
        return nn.functional.cross_entropy(scores.flatten(0, 1), tensor(batch.Targets), ignore_index: TrainingBatch.Ignored);
    }

    /// <summary>The lengths of a batch's sequences as a tensor, or null.</summary>
    public static Tensor? LengthsOf(TrainingBatch batch) =>
        batch.Lengths is null ? null : tensor(Array.ConvertAll(batch.Lengths, length => (long)length));

    /// <summary>The parts of a checkpoint that say where training stands.</summary>
    public void Save(IDictionary<string, byte[]> blobs)
    {
        using var model = new MemoryStream();
        _ = Model.save(model);
        using var optimizer = new MemoryStream();
        using (var writer = new BinaryWriter(optimizer, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            _optimizer.save_state_dict(writer);
        }

        blobs["model"] = model.ToArray();
        blobs["optimizer"] = optimizer.ToArray();
        blobs["steps"] = BitConverter.GetBytes(Steps);
    }

    /// <summary>Goes on from what <see cref="Save"/> wrote.</summary>
    public void Load(Checkpoint checkpoint)
    {
        using var model = new MemoryStream(checkpoint["model"]);
        _ = Model.load(model);
        using var reader = new BinaryReader(new MemoryStream(checkpoint["optimizer"]));
        _optimizer.load_state_dict(reader);
        Steps = BitConverter.ToInt64(checkpoint["steps"]);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        Model.Dispose();
    }
}
