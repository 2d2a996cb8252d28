using KernelGen.Tests.Harness;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>Rules about what a query sees and what becomes of scores, at the argument or the construct.</summary>
public sealed class MaskRuleTests
{
    [Theory]
    [InlineData("Window = {|KGEN038:5|}")]
    [InlineData("Causal = false, Window = {|KGEN038:5|}")]
    [InlineData("Causal = true, Side = {|KGEN038:5|}")]
    [InlineData("Causal = true, Window = 3, Side = {|KGEN038:5|}")]
    [InlineData("Window = {|KGEN038:3|}, Side = 5")]
    [InlineData("Prefix = {|KGEN038:5|}")]
    [InlineData("Sinks = {|KGEN038:5|}")]
    [InlineData("Causal = true, Sinks = {|KGEN038:5|}")]
    [InlineData("Causal = true, Dilations = {|KGEN038:new[] { 1, 2 }|}")]
    [InlineData("Causal = true, Window = {|KGEN005:0|}")]
    [InlineData("Causal = true, Window = {|KGEN005:-3|}")]
    [InlineData("Causal = true, Window = {|KGEN005:int.MaxValue|}")]
    [InlineData("Causal = true, Window = {|KGEN005:(1 << 30) + 1|}")]
    [InlineData("Side = {|KGEN005:0|}, Sinks = {|KGEN005:int.MinValue|}")]
    [InlineData("Causal = true, Prefix = {|KGEN005:0|}")]
    [InlineData("Side = 3, Dilations = {|KGEN005:new int[0]|}")]
    [InlineData("Side = 3, Dilations = {|KGEN005:new int[] { }|}")]
    [InlineData("Side = 3, Dilations = {|KGEN005:new[] { 0 }|}")]
    [InlineData("Side = 3, Dilations = {|KGEN005:{|KGEN005:new[] { 1, -2, 3, int.MinValue }|}|}")]
    [InlineData("Side = 3, Dilations = {|KGEN005:new[] { 1, int.MaxValue }|}")]
    [InlineData("Causal = true, Window = 1 << 20, Dilations = {|KGEN005:new[] { 1, 1 << 11 }|}")]
    [InlineData("Side = 3, Dilations = new[] { 1, 2 }, AlibiHeads = {|KGEN017:3|}")]
    [InlineData("SoftCap = {|KGEN045:0|}")]
    [InlineData("SoftCap = {|KGEN045:-1f|}")]
    [InlineData("SoftCap = {|KGEN045:float.NaN|}")]
    [InlineData("SoftCap = {|KGEN045:float.PositiveInfinity|}")]
    [InlineData("AlibiHeads = {|KGEN005:0|}")]
    [InlineData("AlibiHeads = {|KGEN005:4097|}")]
    public Task Options_at_the_argument(string arguments) => ExpectAsync($"[SoftmaxAttention({arguments})] partial class A {{ }}");

    [Theory]
    [InlineData("Causal = true, Window = 1")]
    [InlineData("Causal = true, Window = 1 << 30")]
    [InlineData("Causal = true, Window = 1 << 30, Sinks = 1 << 30, Prefix = 1 << 30")]
    [InlineData("Side = 1 << 30, Sinks = 1")]
    [InlineData("Causal = true, Window = 1 << 20, Dilations = new[] { 1, 1 << 10 }")]
    [InlineData("Side = 3, Dilations = null")]
    [InlineData("Side = 3, Dilations = new int[] { 1, 2 }, AlibiHeads = 2")]
    [InlineData("Causal = true, Window = 3, Dilations = [1, 2, 1]")]
    [InlineData("Mask = null, Score = null")]
    [InlineData("SoftCap = 1e-30f, AlibiHeads = 4096")]
    public async Task Options_that_are_allowed(string arguments)
    {
        await ExpectAsync($"[SoftmaxAttention({arguments})] partial class A {{ }}");
        Compiles($"[SoftmaxAttention({arguments})] partial class A {{ }}");
    }

    [Theory]
    [InlineData("{|KGEN039:\"Missing\"|}", "")]
    [InlineData("{|KGEN039:\"\"|}", "")]
    [InlineData("{|KGEN039:\"1 + 1\"|}", "")]
    [InlineData("{|KGEN039:\"Sees.Sees\"|}", "")]
    [InlineData("{|KGEN039:nameof(A)|}", "")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "int Sees;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees => true;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "class Sees { }")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "bool Sees(int query, int key) => true;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static int Sees(int query, int key) => 1;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool? Sees(int query, int key) => true;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static void Sees(int query, int key) { }")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees(int i, int j) => true;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees(int query, int key, int batch) => true;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees(long query, int key) => true;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees(float score) => true;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees(int Query) => true;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees(ref int query) => true;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees(out int query) { query = 1; return true; }")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees(params int[] query) => true;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees<T>(int query) => true;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees(long query) => true; static bool Sees(short query) => true;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees(int query, int key) => false;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees(int query, int key) => key < 0;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "[System.Runtime.InteropServices.DllImport(\"a\")] static extern bool Sees(int query);")]
    [InlineData("{|KGEN039:nameof(object.Equals)|}", "")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees([PerToken] int document) => document > 0;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees([PerToken] int query) => query > 0;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees([PerToken] int keys) => keys > 0;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees([PerToken] int head) => head > 0;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees([PerToken] int querydocument) => querydocument > 0;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees([PerToken] long queryDocument) => queryDocument > 0;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees([PerToken] float queryDocument) => queryDocument > 0;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees([PerToken] ref int queryDocument) => queryDocument > 0;")]
    [InlineData("{|KGEN039:nameof(Sees)|}", "static bool Sees(int queryDocument, int keyDocument) => queryDocument == keyDocument;")]
    public Task KGEN039_mask_not_usable(string name, string members) =>
        ExpectAsync($"#pragma warning disable CS0169\n[SoftmaxAttention(Mask = {name})] partial class A {{ {members} }}");

    [Theory]
    [InlineData("{|KGEN043:\"Missing\"|}", "")]
    [InlineData("{|KGEN043:\"\"|}", "")]
    [InlineData("{|KGEN043:nameof(Bend)|}", "float Bend(float score) => score;")]
    [InlineData("{|KGEN043:nameof(Bend)|}", "static double Bend(float score) => score;")]
    [InlineData("{|KGEN043:nameof(Bend)|}", "static float Bend(double score) => 1;")]
    [InlineData("{|KGEN043:nameof(Bend)|}", "static float Bend(float x) => x;")]
    [InlineData("{|KGEN043:nameof(Bend)|}", "static float Bend(float score, float query) => score;")]
    [InlineData("{|KGEN043:nameof(Bend)|}", "static float Bend(int score) => score;")]
    [InlineData("{|KGEN043:nameof(Bend)|}", "static float Bend(ref float score) => score;")]
    [InlineData("{|KGEN043:nameof(Bend)|}", "static float Bend<T>(float score) => score;")]
    [InlineData("{|KGEN043:nameof(Bend)|}", "static float Bend => 1;")]
    [InlineData("{|KGEN043:nameof(Bend)|}", "static float Bend([PerToken] float score) => score;")]
    [InlineData("{|KGEN043:nameof(Bend)|}", "static float Bend(float score, [PerToken] int time) => score;")]
    [InlineData("{|KGEN043:nameof(Bend)|}", "static float Bend(float score, [PerToken] float keyTime) => score;")]
    [InlineData("{|KGEN043:nameof(Bend)|}", "static float Bend(float score, int keyTime) => score;")]
    public Task KGEN043_score_not_usable(string name, string members) =>
        ExpectAsync($"[SoftmaxAttention(Score = {name})] partial class A {{ {members} }}");

    [Theory]
    [InlineData("var zero = 0; return {|KGEN040:key / zero|} > 1;")]
    [InlineData("return {|KGEN040:query * 0.5f|} > key;")]
    [InlineData("return {|KGEN040:MathF.Abs(query - key)|} < 3;")]
    [InlineData("return {|KGEN040:Table[key]|};")]
    [InlineData("return {|KGEN040:Grid[query, key]|};")]
    [InlineData("return key < {|KGEN040:_limit|};")]
    [InlineData("return key < {|KGEN040:Readonly|};")]
    [InlineData("return key < {|KGEN040:Property|};")]
    [InlineData("return {|KGEN040:new A().Instance(key)|};")]
    [InlineData("return {|KGEN040:Generic(key)|};")]
    [InlineData("return {|KGEN040:Out(key, out _)|};")]
    [InlineData("int x; return {|KGEN040:Out(key, out x)|} && x > 3;")]
    [InlineData("var x = 3; return {|KGEN040:Ref(ref x)|} || x > key;")]
    [InlineData("return {|KGEN040:(long)key|} < query;")]
    [InlineData("return {|KGEN040:(byte)key|} < query;")]
    [InlineData("return key < {|KGEN040:3L|};")]
    [InlineData("{|KGEN040:for (var i = 0; i < 3; i++) { }|} return true;")]
    [InlineData("{|KGEN040:while (key > 3) { key--; }|} return true;")]
    [InlineData("{|KGEN040:foreach (var i in new[] { 1 }) { }|} return true;")]
    [InlineData("{|KGEN040:switch (key) { case 1: return true; }|} return false;")]
    [InlineData("return {|KGEN040:key switch { 1 => true, _ => false }|};")]
    [InlineData("{|KGEN040:try { return true; } catch { return false; }|}")]
    [InlineData("{|KGEN040:throw new Exception();|}")]
    [InlineData("return key > 3 ? true : {|KGEN040:throw new Exception()|};")]
    [InlineData("Func<int, bool> f = {|KGEN040:x => x > 3|}; return f(key);")]
    [InlineData("{|KGEN040:bool Local(int x) => x > 3;|} return Local(key);")]
    [InlineData("return key < {|KGEN040:new Random().Next()|};")]
    [InlineData("return key < {|KGEN040:Math.Sign(query)|};")]
    [InlineData("return key < int.Parse({|KGEN040:\"3\"|});")]
    [InlineData("return {|KGEN040:key / query|} > 1;")]
    [InlineData("return {|KGEN040:key % (query + 1)|} > 1;")]
    [InlineData("return {|KGEN040:key / (head + 1)|} > 1;")]
    [InlineData("return {|KGEN040:key * query|} > 1;")]
    [InlineData("return {|KGEN040:key << query|} > 1;")]
    [InlineData("return ({|KGEN040:key & 3|}) > 1;")]
    [InlineData("return ({|KGEN040:key ^ query|}) == 1;")]
    [InlineData("return {|KGEN040:~key|} == 1;")]
    [InlineData("return {|KGEN040:key >>> 1|} == 1;")]
    [InlineData("return key is {|KGEN040:var x|};")]
    [InlineData("return {|KGEN040:(key, query) == (1, 2)|};")]
    [InlineData("return ({|KGEN040:query = 3|}) > key;")]
    [InlineData("return {|KGEN040:key++|} > 3;")]
    [InlineData("int? x = {|KGEN040:key|}; return x > 3;")]
    [InlineData("var s = {|KGEN040:\"text\"|}; return key > 3;")]
    [InlineData("{|KGEN040:_limit = 3;|} return true;")]
    [InlineData("{|KGEN040:Helper(key);|} return true;")]
    [InlineData("return OfFloat({|KGEN040:key|});")]
    [InlineData("return {|KGEN019:Sees(query, key, head)|};")]
    [InlineData("return Even(key);", "{|KGEN019:Even(key - 1)|}")]
    [InlineData("{|KGEN040:goto end;|} end: return true;")]
    [InlineData("{|KGEN040:lock (Table) { return true; }|}")]
    [InlineData("return key < {|KGEN040:Table.Length|};")]
    [InlineData("return checked(key + 1) > 3;")]
    [InlineData("return key < 1 << 40;")]
    [InlineData("return key >> 31 == 0 && key >> -1 == 0 && query >= key;")]
    [InlineData("query -= 3; key++; --key; query += head; return query >= key;")]
    [InlineData("{|KGEN040:var (a, b) = (1, 2);|} return key < a;")]
    public Task KGEN040_each_construct(string body, string odd = "Even(key - 1)") => ExpectAsync($$"""
        [SoftmaxAttention(Mask = nameof(Sees))]
        partial class A
        {
            static int _limit = 3;
            static readonly int Readonly = 3;
            static int Property => 3;
            static readonly bool[] Table = { true };
            static readonly bool[,] Grid = { { true } };
            bool Instance(int key) => true;
            static bool Generic<T>(T key) => true;
            static bool Helper(int key) => key > 3;
            static bool OfFloat(float key) => key > 3;
            static bool Out(int key, out int x) { x = key; return true; }
            static bool Ref(ref int x) { x++; return true; }
            static bool Even(int key) => key == 0 || {{odd}};
            static bool Sees(int query, int key, int head)
            {
        {{body}}
            }
        }
        """);

    [Theory]
    [InlineData("return score * {|KGEN044:0.5|};")]
    [InlineData("return score * {|KGEN044:Table[key]|};")]
    [InlineData("return score + {|KGEN044:_slope|} * key;")]
    [InlineData("var d = query - key; {|KGEN044:d++|}; return score - d;")]
    [InlineData("var d = query - key; {|KGEN044:d -= 2|}; return score - d;")]
    [InlineData("var d = query - key; {|KGEN044:d = key|}; return score - d;")]
    [InlineData("{|KGEN044:query = 3|}; return score - query;")]
    [InlineData("return score - {|KGEN044:query * key|};")]
    [InlineData("return score - {|KGEN044:query / key|};")]
    [InlineData("{|KGEN044:while (score > 1) { }|} return score;")]
    [InlineData("return score + {|KGEN044:OfInt(query, score)|};")]
    [InlineData("return {|KGEN044:new A().Instance(score)|};")]
    [InlineData("return {|KGEN044:Generic(score)|};")]
    [InlineData("return {|KGEN044:Bend(score, query, key)|};")]
    [InlineData("return score + (key is > 3 or 1 ? 1 : 0) + (query > key && score > 0 ? query : 2f);")]
    [InlineData("return score + (float)(query - key) / 3 + MathF.Abs(query - key) + Math.Abs(key);")]
    public Task KGEN044_each_construct(string body) => ExpectAsync($$"""
        [SoftmaxAttention(Score = nameof(Bend))]
        partial class A
        {
            static float _slope = 3;
            static readonly float[] Table = { 1 };
            float Instance(float x) => x;
            static float Generic<T>(T x) => 1;
            static float OfInt(int n, float x) => x;
            static float Bend(float score, int query, int key)
            {
        {{body}}
            }
        }
        """);

    /// <summary>Half-typed code is the compiler's to complain about.</summary>
    [Theory]
    [InlineData("Mask = nameof(Missing)", "")]
    [InlineData("Mask = 3", "")]
    [InlineData("Mask = ", "")]
    [InlineData("Mask = new[] { \"Sees\" }", "")]
    [InlineData("Dilations = 3, Side = 1", "")]
    [InlineData("Dilations = new[] { 1, \"a\" }, Side = 1", "")]
    [InlineData("Dilations = new[] { 1, missing }, Side = 1", "")]
    [InlineData("Dilations = new int[2], Side = 1", "")]
    [InlineData("Dilations = new[] { 1, , Side = 1", "")]
    [InlineData("Causal = 3, Window = 2", "")]
    [InlineData("Window = missing, Sinks = 3, Causal = true", "")]
    [InlineData("SoftCap = \"a\"", "")]
    [InlineData("Mask = nameof(Sees)", "static bool Sees(int query, int key) { }")]
    [InlineData("Mask = nameof(Sees)", "static bool Sees(int query, int key) { if (query > key) return true; }")]
    [InlineData("Mask = nameof(Sees)", "static bool Sees(int query, int key) => missing;")]
    [InlineData("Mask = nameof(Sees)", "static bool Sees(int query, int key) => query + ;")]
    [InlineData("Mask = nameof(Sees)", "static bool Sees(int query, int key) { int x; return x > key; }")]
    [InlineData("Mask = nameof(Sees)", "static bool Sees(int query, int key) => query;")]
    [InlineData("Mask = nameof(Sees)", "static bool Sees(int query, int key) => query / 0 > key;")]
    [InlineData("Mask = nameof(Sees)", "static bool Sees(int query, int key) { return; }")]
    [InlineData("Mask = nameof(Sees)", "static bool Sees(int query, int key) => Sees(query);")]
    [InlineData("Mask = nameof(Sees)", "static bool Sees(int query, int key) => key is ;")]
    [InlineData("Mask = nameof(Sees)", "static bool Sees(int query, Missing key) => true;")]
    [InlineData("Score = nameof(Bend)", "static float Bend(float score, int query) => score + missing;")]
    [InlineData("Score = nameof(Bend)", "static float Bend(float score, int query) { }")]
    public void What_the_compiler_rejects_is_not_rejected_twice(string arguments, string members)
    {
        var run = new GeneratorRun(Complete($"[SoftmaxAttention({arguments})] partial class A {{ {members} }}"));
        Assert.Null(run.Result.Exception);
        Assert.DoesNotContain(run.Reported, diagnostic => diagnostic.Id == "KGEN099");

        // A type that is not there is not int either.
        Assert.All(run.Reported, found => Assert.True(
            found.Id == "KGEN039" && members.Contains("Missing key", StringComparison.Ordinal), found.ToString()));
    }

    [Theory]
    [InlineData("key * 10_000_000 <= query")]
    [InlineData("query + int.MaxValue > key")]
    [InlineData("query / int.MinValue == key")]
    [InlineData("key % int.MinValue == 0")]
    [InlineData("key << 30 >= query")]
    [InlineData("key * (1 << 30) / (1 << 30) <= query")]
    [InlineData("key * (1 << 30) * (1 << 30) * (1 << 30) <= query")]
    [InlineData("(key << 28 << 28 << 28) <= query")]
    [InlineData("Math.Abs(key) * int.MinValue < 0")]
    public Task KGEN046_numbers_that_no_int_holds(string condition) => ExpectAsync(
        $"[SoftmaxAttention(Mask = {{|KGEN046:nameof(Sees)|}})] partial class A {{ static bool Sees(int query, int key) => {condition}; }}");

    [Fact]
    public Task KGEN046_of_a_score() => ExpectAsync(
        "[SoftmaxAttention(Score = {|KGEN046:nameof(Bend)|})] partial class A { static float Bend(float score, int key) => score - key * 10_000_000; }");

    /// <summary>What doubles from step to step is stopped before it takes a compiler's time.</summary>
    [Theory]
    [InlineData("var b = query > key; ", "b = b ^ key > {0}; ", "return b;")]
    [InlineData("var x = key; ", "x = Math.Max(x, query - {0}) + Math.Min(x, key + {0}); ", "return x > 3;")]
    [InlineData("var x = key; ", "x = x * head + x; ", "return x > 3;")]
    [InlineData("var x = key; ", "x = key > {0} ? x + query : x - {0}; ", "return x > 3;")]
    [InlineData("var x = key; ", "x = x % ({0} + 3) + x / ({0} + 2); ", "return x > 3;")]
    [InlineData("", "if (key == {0} || query > {0} + 1) return query > {0}; ", "return true;")]
    [InlineData("", "if (key == {0}) query += {0}; ", "return query > key;")]
    public Task KGEN020_too_large(string start, string step, string end) => ExpectAsync(
        "[SoftmaxAttention(Mask = nameof(Sees))] partial class A { static bool {|KGEN020:Sees|}(int query, int key, int head) { "
        + start + string.Concat(Enumerable.Range(0, 100).Select(i => step.Replace("{0}", $"{i}", StringComparison.Ordinal))) + end
        + " } }");

    [Fact]
    public Task KGEN020_of_whole_numbers_of_a_score() => ExpectAsync(
        "[SoftmaxAttention(Score = nameof(Bend))] partial class A { static float {|KGEN020:Bend|}(float score, int query, int key) { var x0 = key; "
        + string.Concat(Enumerable.Range(0, 60).Select(i => $"var x{i + 1} = Math.Max(x{i}, query) + Math.Min(x{i}, key - {i});"))
        + "return score - x60; } }");

    /// <summary>All that a mask may have, in every form of a method, compiles and is emitted.</summary>
    [Theory]
    [InlineData("static bool Sees(int query, int key) => key <= query;")]
    [InlineData("static bool Sees() => true;")]
    [InlineData("static bool Sees(in int query, int key) { return query >= key; }")]
    [InlineData("private static partial bool Sees(int query, int key); private static partial bool Sees(int query, int key) => key <= query;")]
    [InlineData("static bool Sees(int query, int key) => Base.Near(key: key, query: query);")]
    [InlineData("static bool Sees(int query, int key) { bool near; if (query - key < 3) near = true; else near = key == 0; return near; }")]
    [InlineData("static bool Sees(int query, int key) { if (true) { return key <= query; } }")]
    [InlineData("static bool Sees(int query, int key) => !(key > query) == true && (key < 3) != (query > 5);")]
    [InlineData("static bool Sees(int query, int key) => key >> 31 == 0 && query >> 30 == 0 && key <= query;")]
    [InlineData("static bool Sees(int query, int key) => key / 100000 / 100000 / 100000 / 100000 / 100000 <= query;")]
    [InlineData("static bool Sees(int query, int key) => key >> 20 >> 20 >= query - 5;")]
    [InlineData("static bool Sees(int query, int key) => (query - key) / -3 <= 2 && (query - key) % -3 == 0;")]
    [InlineData("static bool Sees(int query, int key, int head) => query - key <= 4 << head && (key >> head) % 2 == 0;")]
    [InlineData("static bool Sees(int query, int key, int head, int keys) => key * (head + 1) <= query * head || query == keys - 1;")]
    public void Masks_that_are_read(string members)
    {
        Compiles($"[SoftmaxAttention(Mask = nameof(Sees))] partial class A : Base {{ {members} }}\n"
            + "class Base { internal static bool Near(int query, int key) => query - key is >= 0 and < 5; protected static bool Inherited(int query, int key) => key <= query; }");
        Compiles("[SoftmaxAttention(Mask = \"Inherited\")] partial class A : Base { }\n"
            + "class Base { protected static bool Inherited(int query, int key) => key <= query; }");
    }

    private static void Compiles(string code)
    {
        var run = new GeneratorRun(Complete(code));
        Assert.Null(run.Result.Exception);
        Assert.All(run.Reported, diagnostic => Assert.True(diagnostic.Id is "KGEN041" or "KGEN042", diagnostic.ToString()));
        Assert.Empty(run.Warnings);
        Assert.Equal(2, run.Files.Count);
    }

    private static Task ExpectAsync(string code) => GeneratorTest.ExpectAsync(
        "#pragma warning disable KGEN041, KGEN042\nusing System; using KernelGen;\n" + Head(code));

    private static string Complete(string code) => "using System; using KernelGen;\n" + Head(code);

    private static string Head(string code) =>
        code.Replace("SoftmaxAttention(", "SoftmaxAttention(HeadDim = 8, ", StringComparison.Ordinal);
}
