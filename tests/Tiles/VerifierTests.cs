using System.Text.RegularExpressions;
using KernelGen.Generator.Tiles;
using KernelGen.Tests.Behaviour;
using Xunit;

namespace KernelGen.Tests.Tiles;

/// <summary>
/// Mistakes in programs are found: by the verifier, or, where the program still says something, because it computes something else. Those
/// that do neither are no mistakes: they stand here with the proof.
/// </summary>
public partial class VerifierTests
{
    private static readonly Type[] Layers =
    [
        typeof(Softmax64), typeof(CausalSoftmax64), typeof(OddCausalHyperbolic), typeof(Oprf16), typeof(Exact16), typeof(CausalExact16),
        typeof(Relu16), typeof(CausalRelu16),
    ];

    /// <summary>Changes that change nothing: how one statement reads before and after, and why.</summary>
    private static readonly (string Before, string After, string Proof)[] Equivalent =
    [
        (@"of 0\.\.\|key\|", @"of 0\.\.\|query\|",
            "Causal, where there are as many queries as keys or more: loads past the last key are zeros, and stores past it are not made."),
        (@"^T = .*, lower triangle$", @"^T = [^,]*$", "Td masks what is above the diagonal."),
        (@"^(\w+ \+= (P|Td) · \w+)$", @"^(\w+ \+= (P|Td) · \w+)$", "The left operand is lower triangular, whether that is said or not."),
        (@"\(e − h\)", @"\(e − kk\)", "h is kk but for keys past the last, and what is made of them stands in rows that are not stored."),
        (@"= not \(t < \|query\| - \|key\|\) \? ", @"^(h = kk$|Fk = Relu|dAk = ReluDerivative)",
            "What is made of keys past the last stands in rows that are not stored."),
        (@"^Ms = max\(M, ", "^Ms = M$",
            "Without keys the sums are zeros; only in float32 a feature could overflow, which tests of kernels without keys see."),
        (@"^lse = \(M \+", @"^lse = \(Ms \+", "M and Ms differ where no key was seen, and there logD is −∞."),
        (@"^nr = D == 0 \? 0 : ", @"^nr = (R|Dp) == 0 \? 0 : ",
            "R, and in causal programs the weights of the tile, which has the query's own key, are 0 where D is."),
        (@"^nr = D == 0 \? 0 : \(M − n\)", @"^nr = D == 0 \? 0 : \(Ms − n\)", "M and Ms differ where D is 0."),
        (@"^n = lse == −∞ \? ∞ : ", @"^n = lse · ", "A query without keys has no pair that it is asked for."),
        (@"^(Fq|Fk) = .*Relu\(\w\) \+ 0\.001", @"Relu\(\w\) \+ 0\.001",
            "Only what turns infinities into NaN is lost, and of an infinite token another feature is infinite."),
        (@"^dA\w = .*ReluDerivative\(\w\)", @"ReluDerivative\(\w\)", "Likewise."),
        (@"^[AB] = \w · Wᵀ$", @"^[AB] = \w · Wgᵀ$",
            "Both hold the same numbers where features are gains; they differ in how they are laid out."),
        (@"^dX\w = dA\w · Wg$", @"^dX\w = dA\w · W$", "Likewise."),
        (@"^dA\w = \((P\w)_0 · 1\) \+ ", @"^dA\w = P\w_0 \+ ", "A factor of 1."),
        (@"^(top = rowMax|P = 2\^)\(S", @"^(top = rowMax|P = 2\^)\(A",
            "S is A but where that is infinite, and then the query's weights are NaN either way."),
        (@"\(c \+ h\)", @"\(c \+ kk\)", "h is kk but where that is infinite, and then the features of the token are NaN either way."),
        (@"\(c − Ms\)", @"\(c − M\)", "M and Ms differ where no key was seen, and then all sums are 0."),
        (@"\(\((c − n|e \+ n)\) [−+] nr\)", @"[−+] \((c − n|e \+ n)\)\)", "In double the log-normaliser has no rest."),
    ];

    [Fact]
    public void Every_mistake_is_found()
    {
        var (missed, proofs) = (new List<string>(), new HashSet<string>());
        foreach (var layer in Layers.Select(Layer.Of))
        {
            ProgramCase[][] situations = [.. Situations(layer).Select(inputs => ProgramCase.Of(inputs, seed: 1).ToArray())];
            for (var number = 0; number < situations[0].Length; number++)
            {
                ProgramCase[] cases = [.. situations.Select(one => one[number])];
                var expected = cases.Select(one => one.Run(one.Program, 3)).ToList();
                foreach (var mutant in Mutations.Of(cases[0].Program))
                {
                    // What the verifier lets pass can be computed.
                    if (Verifier.Faults(mutant.Program).Count > 0
                        || cases.Zip(expected).Any(pair => pair.First.Run(mutant.Program, 3).DifferenceFrom(pair.Second, 1e-9) is not null))
                    {
                        continue;
                    }

                    var texts = Statements().Match(mutant.What);
                    var reasons = Equivalent.Where(pair =>
                        Regex.IsMatch(texts.Groups[1].Value, pair.Before) && Regex.IsMatch(texts.Groups[2].Value, pair.After)).ToList();
                    proofs.UnionWith(reasons.Select(reason => reason.Proof + reason.Before));
                    if (reasons.Count == 0)
                    {
                        missed.Add($"{cases[0].Name}: {mutant.What}");
                    }
                }
            }
        }

        Assert.True(missed.Count == 0, $"Mistakes that change nothing:\n{string.Join("\n", missed)}");
        Assert.Empty(Equivalent.Select(pair => pair.Proof + pair.Before).Except(proofs));
    }

    [Fact]
    public void Fault_names_the_statement()
    {
        var b = new TileProgramBuilder("faulty");
        var d = Dim.Fixed("d", 4);
        var (query, output) = (b.Operand(AttentionOperands.Query(d)), b.Operand(AttentionOperands.Output(d, OperandAccess.Write)));
        var tokens = b.Loop(Dim.Tokens("i"), 0, query.Length);
        b.Parallel(tokens, () =>
        {
            var q = b.Load("Q", query, tokens);
            b.Map("waste", tokens.Tokens, d, q * (Generator.Expressions.Expr)q);
            b.Store(output, q, tokens);
        });
        var error = Assert.Throws<MalformedProgramException>(b.Build);
        Assert.Equal("The tile program 'faulty' is malformed: 'waste = Q · Q' makes waste, which nothing reads.", error.Message);
        Assert.IsType<Map>(error.Fault.Statement);
    }

    /// <summary>Inputs in which mistakes show: more queries than keys and fewer, tiles of several runs, no key, infinite norms.</summary>
    private static IEnumerable<Inputs> Situations(Layer layer)
    {
        (int Queries, int Keys)[] lengths = layer.Causal ? [(8, 7)] : [(8, 5), (5, 8)];
        foreach (var (queries, keys) in lengths)
        {
            yield return new Inputs(layer, queries, keys, seed: 1, scale: 2);
        }

        // Norms that rise and fall from token to token, of keys and of queries, make tiles of several runs.
        yield return Alternating(layer, lengths[0].Queries, lengths[0].Keys, odd: 0.5f);
        yield return Alternating(layer, lengths[0].Queries, lengths[0].Keys, odd: 2);
        yield return new Inputs(layer, queries: 4, keys: 0, seed: 1, scale: 40);
        foreach (var infinite in new Func<Inputs, float[]>[] { inputs => inputs.Key, inputs => inputs.Query })
        {
            var inputs = new Inputs(layer, lengths[0].Queries, lengths[0].Keys, seed: 1, scale: 2);
            infinite(inputs)[layer.HeadDim] = float.PositiveInfinity;
            yield return inputs;
        }
    }

    private static Inputs Alternating(Layer layer, int queries, int keys, float odd) =>
        new Inputs(layer, queries, keys, seed: 1, scale: 2).Fill((token, i, before) => before[i] * (token % 2 == 0 ? 6 : odd));

    [GeneratedRegex("^'(.*)' is '(.*)'$")]
    private static partial Regex Statements();
}
