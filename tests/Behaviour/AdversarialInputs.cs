namespace KernelGen.Tests.Behaviour;

/// <summary>Inputs on which a stabiliser that looks at all keys at once, or at none, breaks.</summary>
internal static class AdversarialInputs
{
    public static IEnumerable<(string Name, Inputs Inputs)> All(Layer layer, float[] weights, int length)
    {
        foreach (var factor in new[] { 1f, 2f, 3f, 4f, 10f, 30f, 1000f })
        {
            yield return ($"keys × {factor}", New().Scale(0, length, _ => factor));
        }

        yield return ("first 70 keys × 1000", New().Scale(0, Math.Min(70, length), _ => 1000));
        yield return ("norms fall 1000 → 0.1", New().Scale(0, length, t => MathF.Pow(10, 3 - (4f * t / length))));
        yield return ("norms rise 0.1 → 1000", New().Scale(0, length, t => MathF.Pow(10, -1 + (4f * t / length))));
        yield return ("one key × 1000", New().Scale(length / 2, (length / 2) + 1, _ => 1000));
        yield return ("keys of zero", New().Scale(0, length, _ => 0));
        yield return ("equal tokens", New().Fill((_, _, before) => before[0]));
        yield return ("one sign", New().Fill((_, i, before) => MathF.Abs(before[i])));
        yield return ("ramps", New().Fill((t, _, _) => 2f * t / length));
        yield return ("a constant column of values", New().FillValues((_, column, before) => column == 0 ? 0.3f : before));
        if (weights.Length > 0)
        {
            // The largest log-feature for a norm: k along ω_r.
            var along = New();
            for (var t = 0; t < length; t++)
            {
                var row = t % layer.ProjectionRows * layer.HeadDim;
                weights.AsSpan(row, layer.HeadDim).CopyTo(along.Key.AsSpan(t * layer.HeadDim));
            }

            yield return ("keys along the projections", along);
        }

        Inputs New() => new(layer, length, length, seed: 11);
    }
}
