using KernelGen.Examples.Training;
using static TorchSharp.torch;

namespace KernelGen.Examples.ProteinPerformer;

/// <summary>Scores of a model, over the same residues as those of the baselines.</summary>
internal static class ModelEvaluation
{
    /// <summary>Asks the model for all counted residues of some batches. The model is in evaluation mode.</summary>
    public static RelativeScores Run(Transformer model, IEnumerable<Batch> batches)
    {
        var scores = new RelativeScores();
        using var none = no_grad();
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            var answers = model.call(tensor(batch.Inputs, [batch.Rows, batch.Length]), Trainer.LengthsOf(ForTorch.Of(batch)));
            float[] logarithms = [.. nn.functional.log_softmax(answers, -1).data<float>()];
            for (var position = 0; position < batch.Targets.Length; position++)
            {
                if (batch.Counted[position])
                {
                    ReadOnlySpan<float> of = logarithms.AsSpan(position * Tokens.AminoAcids, Tokens.AminoAcids);
                    var target = (int)batch.Targets[position];
                    scores.Add(batch.Relatives[position], Largest(of) == target, -of[target]);
                }
            }
        }

        return scores;
    }

    private static int Largest(ReadOnlySpan<float> numbers)
    {
        var largest = 0;
        for (var i = 1; i < numbers.Length; i++)
        {
            if (numbers[i] > numbers[largest])
            {
                largest = i;
            }
        }

        return largest;
    }
}
