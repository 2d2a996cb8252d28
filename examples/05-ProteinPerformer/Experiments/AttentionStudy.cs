using KernelGen.Examples.Training;
using KernelGen.TorchSharp;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>What the attention of a trained model knows of amino acids, and what it looks like on one protein.</summary>
internal sealed class AttentionStudy(ProteinSet proteins, AttentionStudySettings settings)
{
    private const int Permutations = 10_000;

    /// <summary>Proteins that attention is summed over, for the progress bar.</summary>
    public double Work => Sample.Count;

    private IReadOnlyList<int> Sample => EvaluationContexts.Sample(
        [.. proteins.Split.Test.Where(protein => proteins.Residues[protein].Length < AttentionStudySettings.LongestProtein)],
        settings.Proteins, settings.Experiment.Seeds[0]);

    /// <summary>Runs it.</summary>
    /// <exception cref="JobException">The model has not been trained to its last step.</exception>
    public AttentionStudyResult Run(IJobProgress progress)
    {
        TorchThreads.Use(settings.Experiment.Threads);
        var of = settings.Experiment.Models.Single();
        using var trainer = new Trainer(
            ProteinModel.Create(of, ExperimentSettings.RedrawEvery),
            new OptimizerSettings(settings.Experiment.Steps, settings.Experiment.Rate, settings.Experiment.WarmUp));
        var name = settings.Experiment.NameOf(of);
        var checkpoint = new CheckpointStore(settings.Experiment.Folder, name).Load() ?? throw Untrained(0);
        trainer.Load(checkpoint);
        if (trainer.Steps < settings.Experiment.Steps)
        {
            throw Untrained(trainer.Steps);
        }

        var model = trainer.Model;
        model.eval();
        var heads = of.Sizes.Heads;
        var byLetter = new AttentionByAminoAcid(of.Layers * heads);
        progress.Begin("attention", "test proteins");
        foreach (var protein in Sample)
        {
            byte[] tokens = [Tokens.Separator, .. proteins.Residues[protein]];
            foreach (var (probabilities, layer) in Maps(model, tokens, of.Causal).Select((map, layer) => (map, layer)))
            {
                byLetter.Add(probabilities, tokens, layer * heads);
            }

            progress.Done(1);
        }

        var similarity = byLetter.Similarity();
        var blosum = SubstitutionMatrix.ReadFile(settings.BlosumPath);
        byte[] chain =
        [
            .. Fasta.ReadFile(settings.ProteinPath)[0].Residues[AttentionStudySettings.ChainFrom..AttentionStudySettings.ChainTo]
                .Select(letter => (byte)Vocabulary.AminoAcids.IndexOf(letter)),
        ];
        return new AttentionStudyResult(
            of, Sample.Count, blosum, similarity, MatrixComparison.Of(blosum, similarity, Permutations, seed: 1),
            chain.Length, Maps(model, chain, of.Causal));

        JobException Untrained(long steps) => new(
            FormattableString.Invariant(
                $"The model '{name}' has done {steps} of {settings.Experiment.Steps} steps in '{settings.Experiment.Folder}'. Train it first, with the same options: the command '{settings.Experiment.Setting}'."));
    }

    /// <summary>The attention of each layer, [heads, length, length].</summary>
    private static IReadOnlyList<float[]> Maps(Transformer model, byte[] tokens, bool causal) =>
        [.. AttentionInputs.Capture(model, [.. tokens.Select(token => (long)token)], rows: 1)
            .Select(layer => layer.Probabilities(sequence: 0, causal))];
}
