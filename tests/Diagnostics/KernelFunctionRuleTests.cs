using System.Collections.Immutable;
using KernelGen.Tests.Expressions;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace KernelGen.Tests.Diagnostics;

/// <summary>The rules on kernel functions, each at the exact span that a user should look at.</summary>
public sealed class KernelFunctionRuleTests
{
    [Theory]
    [InlineData("static float Other(float x) => x;")]
    [InlineData("static float Phi => 1;")]
    [InlineData("float Phi(float x) => x;")]
    [InlineData("static float Phi<T>(float x) => x;")]
    [InlineData("static float Phi(double x) => 1;")]
    [InlineData("static double Phi(float x) => x;")]
    [InlineData("static float Phi(ref float x) => x;")]
    [InlineData("static float Phi(out float x) => x = 1;")]
    [InlineData("static float Phi(float x, float y) => x;")]
    [InlineData("static float Phi() => 1;")]
    [InlineData("static extern float Phi(float x);")]
    [InlineData("static float Phi(int x) => x; static float Phi(double x) => 1;")]
    public Task KGEN016_no_such_method(string members) => ExpectAsync($$"""
        [FavorAttention(KernelFunctionName = {|KGEN016:"Phi"|})] partial class A { {{members}} }
        """);

    [Fact]
    public Task KGEN016_not_accessible_or_not_in_this_project() => ExpectAsync("""
        [FavorAttention(KernelFunctionName = {|KGEN016:"Phi"|}, KernelFunctionType = typeof(B))] partial class A { }
        class B { private static float Phi(float x) => x; }
        class C<T> { public static float Phi(float x) => x; }
        [FavorAttention(KernelFunctionName = {|KGEN016:nameof(MathF.Exp)|}, KernelFunctionType = typeof(MathF))] partial class D { }
        [FavorAttention(KernelFunctionName = {|KGEN016:"Phi"|}, KernelFunctionType = typeof(C<>))] partial class E { }
        [FavorAttention(KernelFunctionName = "Phi", KernelFunctionType = {|KGEN016:typeof(int[])|})] partial class F { }
        """);

    [Theory]
    [InlineData("static float Other(float x) => x;", "does not exist; declare 'static float Phi(float x)'")]
    [InlineData("static float Phi = 1;", "is not a method; declare 'static float Phi(float x)'")]
    [InlineData("float Phi(float x) => x;", "is not static; declare 'static float Phi(float x)'")]
    [InlineData("static float Phi(double x) => 1;", "takes (double); declare 'static float Phi(float x)'")]
    [InlineData(
        "static float Phi(int x) => 1; static double Phi(float x) => 1;",
        "has 2 overloads, but not this one; declare 'static float Phi(float x)'")]
    public void KGEN016_says_which(string members, string message) =>
        Assert.Equal(
            $"The kernel function 'A.Phi' {message}",
            Assert.Single(Read(members).Diagnostics, found => found.Id == "KGEN016").GetMessage());

    [Theory]
    [InlineData("\"\"", "The kernel function '' is no name of a method; declare 'static float F(float x)'")]
    [InlineData("\"x => x\"", "The kernel function 'x => x' is no name of a method; declare 'static float F(float x)'")]
    [InlineData("\"A.Phi\"", "The kernel function 'A.Phi' is no name of a method; declare 'static float F(float x)'")]
    public void KGEN016_takes_names_only(string name, string message)
    {
        var run = new GeneratorRun(
            $"using KernelGen; [FavorAttention(KernelFunctionName = {name})] partial class A {{ static float Phi(float x) => x; }}");
        Assert.Equal(message, Assert.Single(run.Reported, diagnostic => diagnostic.Id == "KGEN016").GetMessage());
    }

    [Fact]
    public Task KGEN016_spares_what_is_usable() => ExpectAsync("""
        [FavorAttention(KernelFunctionName = nameof(Phi))] partial class A { static float Phi(float x) => x; static double Phi(double x) => x; }
        [FavorAttention(KernelFunctionName = "Phi", KernelFunctionType = typeof(C<int>))] partial class B { }
        class C<T> { public static float Phi(float x) => x; }
        class D { protected static float Phi(float x) => x; }
        [FavorAttention(KernelFunctionName = nameof(Phi))] partial class E : D { }
        [FavorAttention(KernelFunctionName = null, KernelFunctionType = null)] partial class F { }
        [FavorAttention(KernelFunctionName = nameof(Phi))] partial class G { private static partial float Phi(float x); }
        partial class G { private static partial float Phi(float y) => y; }
        [FavorAttention(KernelFunctionName = nameof(Phi))] partial class I { static float Phi(in float x) => Twice(x); static float Twice(ref readonly float x) => 2 * x; }
        [FavorAttention(KernelFunctionName = nameof(Phi))] partial class H<T> { static float Phi(float x) => Twice(x); static float Twice(float x) => 2 * x; }
        """);

    [Fact]
    public Task KGEN017_arguments_contradict() => ExpectAsync("""
        [FavorAttention(Kernel = {|KGEN017:KernelFunction.Relu|}, KernelFunctionName = nameof(Phi))] partial class A { static float Phi(float x) => x; }
        [FavorAttention(KernelFunctionType = {|KGEN017:typeof(A)|})] partial class B { }
        """);

    [Theory]
    [InlineData("return x * {|KGEN018:0.5|};", "the double 0.5 is not supported in a kernel function; write 0.5f")]
    [InlineData("return (float)(x * {|KGEN018:-2.5d|} * 2);", "write -2.5f")]
    [InlineData("return (float)(x * {|KGEN018:Math.PI|});", "write MathF.PI")]
    [InlineData(
        "return (float)({|KGEN018:Math.Exp(x)|} + 1);", "Math.Exp on doubles is not supported in a kernel function; write MathF.Exp")]
    [InlineData("return (float)({|KGEN018:double.Exp2(x)|} + 1);", "write float.Exp2")]
    [InlineData("return (float){|KGEN018:Math.Atan(x)|};", "Math.Atan is not supported")]
    [InlineData("return (float)Math.Exp({|KGEN018:Math.Sin(x)|});", "write MathF.Sin")]
    [InlineData("return x > {|KGEN018:0.5|} ? 1 : 0;", "write 0.5f")]
    [InlineData("return (float)({|KGEN018:(double)x|} * 2);", "leave the cast out")]
    [InlineData(
        "double {|KGEN018:y = x|}; return (float)y;",
        "a local of type 'double' is not supported in a kernel function; declare it as a float")]
    [InlineData("var y = x * {|KGEN018:0.5|}; return (float)(y + 1);", "write 0.5f")]
    [InlineData("x *= {|KGEN018:0.5|}; return x;", "write 0.5f")]
    [InlineData("int {|KGEN018:n = 3|}; return n * x;", "declare it as a float, or const")]
    [InlineData("return {|KGEN018:(int)x|};", "an expression of type 'int' is not supported")]
    [InlineData(
        "return {|KGEN018:_slope|} * x;",
        "the field '_slope', which may change, is not supported in a kernel function; make it a const, or readonly")]
    [InlineData(
        "return {|KGEN018:Cores|} * x;",
        "the field 'Cores', whose value is not known while compiling, is not supported in a kernel function; write its value, or a const that has it")]
    [InlineData(
        "return {|KGEN018:new A().Inner|} * x;",
        "the field 'Inner' of an object is not supported in a kernel function; compute with floats and bools only")]
    [InlineData("return {|KGEN018:Slope|} * x;", "a property is not supported in a kernel function; make it a const, or a static method")]
    [InlineData("return (float){|KGEN018:TimeSpan.Zero.TotalDays|};", "a double")]
    [InlineData(
        "return {|KGEN018:System.Threading.Thread.CurrentThread.IsAlive|} ? 1 : x;",
        "a property is not supported in a kernel function; compute with floats and bools only")]
    [InlineData("return {|KGEN018:Table[0]|} * x;", "an array element")]
    [InlineData("return {|KGEN018:x % 2|};", "this operator is not supported in a kernel function; use + - * / and comparisons")]
    [InlineData(
        "{|KGEN018:while (x > 1) { x /= 2; }|} return x;",
        "a loop is not supported in a kernel function; write a for loop from one constant to another, or its steps one after the other")]
    [InlineData(
        "for (var i = 0; {|KGEN018:i < x|}; i++) x -= 1; return x;",
        "a loop whose bounds are not constant is not supported in a kernel function; let it run from one constant to another")]
    [InlineData("{|KGEN018:for (;;) { return x; }|}", "a loop whose bounds are not constant")]
    [InlineData("for (var {|KGEN018:i = (int)x|}; i < 3; i++) x += 1; return x;", "a counter that does not start at a constant")]
    [InlineData("for (var i = 0; i < 3; {|KGEN018:i += (int)x|}) x += 1; return x;", "a step that is not constant")]
    [InlineData(
        "for (var i = 0; {|KGEN018:i < 1000|}; i++) x += 1; return x;",
        "a loop of more than 100 rounds is not supported in a kernel function; find a formula with fewer terms")]
    [InlineData(
        "for (var i = 0; i < 3; i++) { {|KGEN018:i++|}; x += 1; } return x;",
        "a change of the counter of a loop in its body is not supported in a kernel function; change it in the loop's head")]
    [InlineData("for (var i = 0; i < 3; i++) { if (x > i) {|KGEN018:break;|} x += 1; } return x;", "a jump")]
    [InlineData("for (var i = 0; i < 3; i++) { x += i * {|KGEN018:0.5|}; } return {|KGEN018:MathF.Floor(x)|};", "write 0.5f")]
    [InlineData("for (var t = 0f; t < {|KGEN018:0.5|}; t += 1) { x += t; } return x;", "write 0.5f")]
    [InlineData("for (var i = 0; i < 3; i++) { x += {|KGEN018:OfInt(i)|}; } return x;", "takes a 'int'")]
    [InlineData("return {|KGEN018:Early|} + Late;", "the field 'Early', whose value is not known while compiling,")]
    [InlineData("return {|KGEN018:Assigned|} * x;", "the field 'Assigned', whose value is not known while compiling,")]
    [InlineData("return {|KGEN018:Endless|} * x;", "the field 'Endless', whose value is not known while compiling,")]
    [InlineData("{|KGEN018:foreach (var y in Table) x += y;|} return x;", "a loop")]
    [InlineData("{|KGEN018:try { return x; } finally { }|}", "try")]
    [InlineData(
        "if (x < 0) {|KGEN018:throw new Exception();|} return x;",
        "throw is not supported in a kernel function; a kernel function cannot fail; return float.NaN")]
    [InlineData("return x < 0 ? {|KGEN018:throw new Exception()|} : x;", "throw")]
    [InlineData("switch (x) { case 0: if (x > 1) {|KGEN018:break;|} return 1; default: return x; }", "a jump")]
    [InlineData("switch (x) { case 0: {|KGEN018:goto default;|} default: return x; }", "a jump")]
    [InlineData("switch (x) { case {|KGEN018:var y|} when y > 1: return 1; default: return x; }", "this pattern")]
    [InlineData("switch ({|KGEN018:(int)x|}) { case 1: return 1; default: return x; }", "an expression of type 'int'")]
    [InlineData("switch (x) { case > 0: return {|KGEN018:0.5|} > x ? 1 : 2; } return x;", "write 0.5f")]
    [InlineData(
        "float Twice(float y) => 2 * y; return {|KGEN018:Twice(x)|};",
        "a call of 'Twice', which is not static, is not supported in a kernel function; make it static")]
    [InlineData("static float Half(float y) => y * {|KGEN018:0.5|}; return Half(x) + Half(2);", "write 0.5f")]
    [InlineData("static float Same<T>(float y) => y; return {|KGEN018:Same<int>(x)|};", "'Same', which is generic,")]
    [InlineData(
        "static int One(float y) => 1; return {|KGEN018:One(x)|};",
        "'One', which returns 'int', is not supported in a kernel function; make it return a float or a bool")]
    [InlineData(
        "Func<float, float> {|KGEN018:f = y => y|}; return {|KGEN018:f(x)|};",
        "a local of type 'System.Func<float, float>' is not supported in a kernel function; make it a static local function")]
    [InlineData(
        "Func<float, float> {|KGEN018:f = y => y|}; return {|KGEN018:f(x)|};",
        "a call of 'Invoke', which is a delegate, is not supported in a kernel function; call a static method by its name")]
    [InlineData(
        "string {|KGEN018:s = \"1\"|}; return x;",
        "a local of type 'string' is not supported in a kernel function; compute with floats and bools only")]
    [InlineData(
        "var (s, c) = {|KGEN018:MathF.SinCos(x)|}; return s * c;",
        "MathF.SinCos is not supported in a kernel function; write MathF.Sin(x) and MathF.Cos(x)")]
    [InlineData("var t = {|KGEN018:MathF.SinCos(x)|}; return t.Sin + t.Cos;", "write MathF.Sin(x) and MathF.Cos(x)")]
    [InlineData("return {|KGEN018:MathF.SinCos(x)|}.Sin;", "write MathF.Sin(x) and MathF.Cos(x)")]
    [InlineData("return {|KGEN018:float.CosPi(x)|};", "write MathF.Cos(MathF.PI * x)")]
    [InlineData("{|KGEN018:_|} = MathF.Abs(x); return x;", "a discard is not supported in a kernel function; leave it out")]
    [InlineData(
        "return {|KGEN018:x.Equals(2f)|} ? 1 : x;",
        "a call of 'Equals', which is not static, is not supported in a kernel function; write ==")]
    [InlineData("return {|KGEN018:x.CompareTo(2f)|};", "compare with <, == and >")]
    [InlineData(
        "return {|KGEN018:Random.Shared.NextSingle()|} * x;", "call functions of MathF and KernelMath, and static methods of this project")]
    [InlineData(
        "return {|KGEN018:Math.Clamp(x, 1.5f, -MathF.Sqrt(4))|};",
        "Math.Clamp from 1.5 to -2 is not supported in a kernel function; write the lower bound first, as the method itself demands")]
    [InlineData("return {|KGEN018:Math.Clamp(min: 2, max: 1, value: x)|};", "Math.Clamp from 2 to 1")]
    [InlineData("return (float)({|KGEN018:Math.Clamp(x, {|KGEN018:0.5|}, 1)|} + 1);", "write float.Clamp")]
    [InlineData("return {|KGEN018:MathF.Floor(x)|};", "a kernel function cannot round to whole numbers")]
    [InlineData("return {|KGEN018:MathF.Sign(x) / 2|} * x;", "an expression of type 'int'")]
    [InlineData("return {|KGEN018:MathF.Sign(x) * 100000000|} * x;", "an expression of type 'int'")]
    [InlineData("return {|KGEN018:(byte)(x > 0 ? -1 : 1)|} * x;", "an expression of type 'byte' whose numbers may not fit it")]
    [InlineData("return {|KGEN018:(x > 0 ? 1u : 2u) - 3u|};", "an expression of type 'uint' whose numbers may not fit it")]
    [InlineData("return {|KGEN018:(uint)MathF.Sign(x)|} * x;", "an expression of type 'uint'")]
    [InlineData("return {|KGEN018:(int)(x > 0 ? 3000000000 : 1L)|};", "an expression of type 'int'")]
    [InlineData("for (uint i = 0; i < 3; i++) { x += {|KGEN018:i - 1|}; } return x;", "an expression of type 'uint'")]
    [InlineData("for (var i = 0; i < 3; i++) { x += {|KGEN018:(byte)(i - 1)|}; } return x;", "an expression of type 'byte'")]
    [InlineData("return {|KGEN018:(x > 0 ? 16777217 : 1) - 1|};", "an expression of type 'int'")]
    [InlineData("return {|KGEN018:-(x > 0 ? int.MinValue : 1)|};", "an expression of type 'int'")]
    [InlineData("return ({|KGEN018:x > 0 ? 16777217 : 1|}) == 5 ? 1 : 2;", "an expression of type 'int'")]
    [InlineData("return ({|KGEN018:x > 0 ? 16777217 : 1|}) is 16777216 ? 1 : 2;", "an expression of type 'int'")]
    [InlineData("return {|KGEN018:(int)x|} * 2 * x;", "an expression of type 'int'")]
    [InlineData("return (float)({|KGEN018:Math.CopySign(x, {|KGEN018:0.5|})|} + 1);", "write MathF.CopySign")]
    [InlineData("return {|KGEN018:MathF.Log(x, 2)|};", "MathF.Log(newBase)")]
    [InlineData("return MathF.Pow(-2, {|KGEN018:x|});", "an exponent that is not a finite constant, of a base that is no positive one")]
    [InlineData("return MathF.Pow(x, {|KGEN018:float.NaN|});", "an exponent")]
    [InlineData("return MathF.Pow(y: {|KGEN018:x|}, x: x);", "an exponent that is not a finite constant")]
    [InlineData("float y; return ({|KGEN018:y = x|}) * y;", "an assignment inside an expression")]
    [InlineData("return {|KGEN018:x++|} * x;", "++ or --")]
    [InlineData("{|KGEN018:_slope = x|}; return x;", "a change of anything but a local")]
    [InlineData("{|KGEN018:MathF.Abs(x)|}; return x;", "a call whose value is not used")]
    [InlineData(
        "return {|KGEN018:new A().Instance(x)|};",
        "'Instance', which is not static, is not supported in a kernel function; make it static")]
    [InlineData(
        "return {|KGEN018:IntOf(x)|};",
        "'IntOf', which returns 'int', is not supported in a kernel function; make it return a float or a bool")]
    [InlineData("return {|KGEN018:Generic(x)|};", "'Generic', which is generic,")]
    [InlineData("return {|KGEN018:OfInt((int)x)|};", "'OfInt', which takes a 'int',")]
    [InlineData("return {|KGEN018:ByRef(ref x)|};", "by reference")]
    [InlineData(
        "return {|KGEN018:BitConverter.Int32BitsToSingle(3)|};",
        "which takes a 'int', is not supported in a kernel function; call functions of MathF")]
    [InlineData("return {|KGEN018:float.Parse(\"1\")|};", "float.Parse is not supported")]
    [InlineData("return {|KGEN018:x switch { > 0 => 1f, < 0 => 2f }|};", "end it with an arm for _")]
    [InlineData("return x switch { {|KGEN018:var y|} => y };", "this pattern")]
    [InlineData("ref float {|KGEN018:y = ref x|}; return y;", "a ref local")]
    [InlineData("Span<float> {|KGEN018:y = stackalloc float[2]|}; return x;", "a local of type 'System.Span<float>'")]
    [InlineData("{|KGEN018:goto end;|} {|KGEN018:end: return x;|}", "a jump")]
    [InlineData("checked { return x + {|KGEN018:0.5|}; }", "write 0.5f")]
    public async Task KGEN018_unsupported_construct(string body, string message)
    {
        var code = Annotated(body);
        await ExpectAsync(code);

        TestFileMarkupParser.GetSpans(code, out var text, out ImmutableArray<TextSpan> _);
        Assert.Contains(Run(text), found => found.GetMessage().Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public Task KGEN018_every_fault_is_reported_once() => ExpectAsync(Annotated("""
        var y = {|KGEN018:MathF.Floor(x * {|KGEN018:_slope|})|};
        if (y > {|KGEN018:0.5|})
        {
            {|KGEN018:while (true) { }|}
        }

        bool b = y is > 0 and < 1 && Helper(x) > Helper(y);
        return b ? y * {|KGEN018:Table[1]|} : Helper(2);
        """) + "\npartial class A { static float Helper(float z) => z + {|KGEN018:_slope|}; }");

    [Fact]
    public async Task KGEN018_in_another_file()
    {
        var test = new GeneratorTest();
        test.TestState.Sources.Add(Complete("[KernelGen.FavorAttention(KernelFunctionName = \"Phi\")] partial class A { }"));
        test.TestState.Sources.Add("partial class A { static float Phi(float x) => x * {|KGEN018:0.5|}; }");
        await test.RunAsync();
    }

    /// <summary>The fault is the function's, whoever names it; that there is no such method is the fault of each who does.</summary>
    [Fact]
    public Task Faults_of_a_function_that_two_types_name_are_reported_once() => ExpectAsync("""
        [FavorAttention(KernelFunctionName = "Phi", KernelFunctionType = typeof(F))] partial class A { }
        [FavorAttention(KernelFunctionName = "Phi", KernelFunctionType = typeof(F))] partial class B { }
        [FavorAttention(KernelFunctionName = "Psi", KernelFunctionType = typeof(F))] partial class C { }
        [FavorAttention(KernelFunctionName = {|KGEN016:"Chi"|}, KernelFunctionType = typeof(F))] partial class D { }
        [FavorAttention(KernelFunctionName = {|KGEN016:"Chi"|}, KernelFunctionType = typeof(F))] partial class E { }
        static class F
        {
            public static float Phi(float x) => Half(x) + {|KGEN018:MathF.Floor(x)|};
            public static float Psi(float x) => Half(x);
            static float Half(float x) => x * {|KGEN018:0.5|};
        }
        """);

    [Fact]
    public Task KGEN018_can_be_silenced_at_the_place_but_nothing_is_generated() => ExpectAsync(Annotated("""
        #pragma warning disable KGEN018
        return x * 0.5;
        """));

    [Fact]
    public Task KGEN019_recursion() => ExpectAsync(Annotated("return x > 0 ? {|KGEN019:Phi(x - 1)|} : Even(x);") + """
        partial class A
        {
            static float Even(float x) => x == 0 ? 1 : Odd(x - 1);
            static float Odd(float x) => x == 0 ? 0 : {|KGEN019:Even(x - 1)|};
        }
        """);

    [Fact]
    public Task KGEN019_recursion_of_local_functions() => ExpectAsync(Annotated("""
        return Even(x) + Again(x);
        static float Even(float y) => y == 0 ? 1 : Odd(y - 1);
        static float Odd(float y) => y == 0 ? 0 : {|KGEN019:Even(y - 1)|};
        static float Again(float y) => {|KGEN019:Phi(y)|};
        """));

    [Fact]
    public Task KGEN020_too_large_by_doubling() =>
        ExpectAsync("[FavorAttention(KernelFunctionName = \"Phi\")] partial class A { static float {|KGEN020:Phi|}(float x) { "
            + string.Concat(Enumerable.Repeat("x = x + x; ", 100)) + "return x; } }");

    [Fact]
    public Task KGEN020_too_large_by_calls() =>
        ExpectAsync("[FavorAttention(KernelFunctionName = \"Phi\")] partial class A { static float {|KGEN020:Phi|}(float x) => F0(x); "
            + string.Concat(Enumerable.Range(0, 40).Select(i => $"static float F{i}(float x) => F{i + 1}(x) + F{i + 1}(x + 1);\n"))
            + "static float F40(float x) => x; }");

    [Fact]
    public void KGEN020_names_both_numbers()
    {
        var doubled = string.Concat(Enumerable.Repeat("x = x + x; ", 10));

        Assert.Equal(
            "'Phi' has 2047 operations with what it calls; allowed are 2000",
            Assert.Single(Read($"static float Phi(float x) {{ {doubled} return x; }}").Diagnostics).GetMessage());
        Assert.Empty(Read($"static float Phi(float x) {{ {doubled} return 1; }}").Diagnostics);

        var nested = string.Concat(Enumerable.Repeat("x = MathF.Sqrt(x); ", 400));
        Assert.Equal(
            "'Phi' has 401 nested operations with what it calls; allowed are 400",
            Assert.Single(Read($"static float Phi(float x) {{ {nested} return x; }}", "using System;").Diagnostics).GetMessage());
    }

    /// <summary>Branches in a row are not multiplied: what follows an if is read once.</summary>
    [Fact]
    public void Many_branches_in_a_row_are_no_burden()
    {
        var branches = string.Concat(Enumerable.Range(0, 100).Select(i => $"if (x == {i}) {{ if (y > {i}) return {i}; y += 1; }}\n"));

        var function = Read($"static float Phi(float x) {{ var y = 0f; {branches} return y; }}");

        Assert.All(function.Diagnostics, found => Assert.Equal("KGEN020", found.Id));
    }

    [Theory]
    [InlineData("KernelFunctionName = nameof(Missing)")]
    [InlineData("KernelFunctionName = 3")]
    [InlineData("KernelFunctionName = new[] { \"Phi\" }")]
    [InlineData("KernelFunctionName = ")]
    [InlineData("KernelFunctionName = \"Phi\", KernelFunctionType = typeof(Missing)")]
    [InlineData("KernelFunctionName = \"Phi\", KernelFunctionType = \"A\"")]
    [InlineData("KernelFunctionName = \"Phi\", KernelFunctionName = \"Phi\"")]
    public Task Arguments_that_the_compiler_rejects_are_not_rejected_twice(string arguments) =>
        ExpectAsync($"[FavorAttention({arguments})] partial class A {{ static float Phi(float x) => x; }}");

    [Theory]
    [InlineData("x = x + 1;", 390)]
    [InlineData("x = MathF.Sqrt(x);", 390)]
    [InlineData("if (x > 1) x = 2;", 6)]
    public void Large_functions_are_read(string statement, int count)
    {
        var reading = new FunctionReading(
            $"using System; class A {{ static float Phi(float x) {{ {string.Concat(Enumerable.Repeat(statement, count))} return x; }} }}");

        var function = reading.Read("A", "Phi");

        Assert.Empty(reading.Diagnostics);
        Assert.Equal(function, reading.Read("A", "Phi"));
        Assert.Equal(function!.GetHashCode(), reading.Read("A", "Phi")!.GetHashCode());
        Assert.False(Generator.Expressions.ExprRange.Of(function.Body).IsEmpty);
    }

    [Fact]
    public void A_derivative_that_is_too_large_is_named_at_the_function()
    {
        var run = OnASmallStack($$"""
            using System;
            using KernelGen;
            [FavorAttention(KernelFunctionName = "Phi")]
            partial class A { static float Phi(float x) { {{string.Concat(Enumerable.Repeat("x = MathF.Sqrt(x);", 390))}} return x; } }
            """);

        var diagnostic = Assert.Single(run.Reported);
        Assert.Equal(("KGEN031", DiagnosticSeverity.Info), (diagnostic.Id, diagnostic.Severity));
        Assert.Equal("\"Phi\"", diagnostic.Location.SourceTree!.GetText().ToString(diagnostic.Location.SourceSpan));
        Assert.DoesNotContain("class CpuGradients", run.Files["A.Gradients.g.cs"], StringComparison.Ordinal);
        Assert.Empty(run.Warnings);
    }

    /// <summary>
    /// What may be read can be emitted too, on the smallest stack that a compiler runs on, and the compiler can compile it.
    /// </summary>
    [Theory]
    [InlineData("x = x + 1;", 390, true)]
    [InlineData("x = MathF.Sqrt(x);", 390, false)]
    [InlineData("if (x > 1) x = 2;", 6, true)]
    public void Large_functions_are_emitted(string statement, int count, bool hasBackward)
    {
        var run = OnASmallStack($$"""
            using System;
            using KernelGen;
            [FavorAttention(KernelFunctionName = "Phi")]
            partial class A { static float Phi(float x) { {{string.Concat(Enumerable.Repeat(statement, count))}} return x; } }
            """);

        Assert.Null(run.Result.Exception);
        Assert.Equal(hasBackward ? [] : ["KGEN031"], run.Reported.Select(diagnostic => diagnostic.Id));
        Assert.Empty(run.Warnings);
        Assert.Equal(2, run.Files.Count);
    }

    [Theory]
    [InlineData(5000)]
    [InlineData(1000)]
    [InlineData(200)]
    public void Deep_nesting_never_throws(int depth)
    {
        var body = $"{string.Concat(Enumerable.Repeat("-(x + ", depth))}x{new string(')', depth)}";
        var run = OnASmallStack(
            $"[KernelGen.FavorAttention(KernelFunctionName = \"Phi\")] partial class A {{ static float Phi(float x) => {body}; }}");

        // Where the parser's stack is too small, it gives up first and there is no class.
        Assert.Null(run.Result.Exception);
        Assert.All(run.Reported, found => Assert.Equal("KGEN020", found.Id));
    }

    [Theory]
    [InlineData("static float Phi(float x) { }")]
    [InlineData("static float Phi(float x) { if (x > 0) return x; }")]
    [InlineData("static float Phi(float x) => missing;")]
    [InlineData("static float Phi(float x) => Missing(x) + x.Missing;")]
    [InlineData("static float Phi(float x) { float y; return y; }")]
    [InlineData("static float Phi(float x) { return; }")]
    [InlineData("static float Phi(float x) => x +")]
    [InlineData("static float Phi(float x) { Missing y = x; y = 3; return y; }")]
    [InlineData("static float Phi(float x) { var y; var z = z; if (; return x")]
    [InlineData("static float Phi(float x) => x is Missing ? x : x switch { ;")]
    [InlineData("static float Phi(float x) => \"text\";")]
    public void What_the_compiler_rejects_is_not_rejected_twice(string members)
    {
        var reading = Read(members);

        Assert.Empty(reading.Diagnostics);
        Assert.Null(reading.Read("A", "Phi"));
    }

    [Fact]
    public void A_body_cut_anywhere_never_throws()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Expressions", "KernelSamples.cs"));
        var start = text.IndexOf("float Gelu(", StringComparison.Ordinal);
        var end = text.IndexOf("float Declared(", StringComparison.Ordinal);
        for (var length = start; length < end; length += 7)
        {
            var reading = new FunctionReading("global using System;", text[..length]);
            foreach (var name in new[] { "Gelu", "EarlyReturns", "ReturnsInTheMiddle", "Reassigned", "Bools" })
            {
                reading.Read("KernelGen.Tests.Expressions.KernelSamples", name);
            }
        }
    }

    private static string Annotated(string body) => $$"""
        [FavorAttention(KernelFunctionName = nameof(Phi))]
        partial class A
        {
            static float _slope = 1;
            static readonly float[] Table = { 1, 2 };
            static float Slope => 1;
            static readonly float Cores = Environment.ProcessorCount;
            static readonly float Early = Late * 2, Late = 3;
            static readonly float Assigned = 1;
            static readonly float Endless = 1 + Again();
            static float Again() => Endless;
            static A() { Assigned += 1; Console.WriteLine(Late); }
            float Inner = 1;
            float Instance(float x) => x;
            static int IntOf(float x) => 1;
            static float Generic<T>(T x) => 1;
            static float OfInt(int n) => n;
            static float ByRef(ref float x) => x;
            static float Phi(float x)
            {
        {{body}}
            }
        }

        """;

    private static Task ExpectAsync(string code) => GeneratorTest.ExpectAsync("using System; using KernelGen;\n" + Complete(code));

    /// <summary>What no test here is about: sizes, and that a function of both signs is meant.</summary>
    private static string Complete(string code) =>
        code.Replace("FavorAttention(", "FavorAttention(HeadDim = 8, Features = 16, Normalize = false, ", StringComparison.Ordinal);

    private static FunctionReading Read(string members, string usings = "")
    {
        var reading = new FunctionReading($"{usings} class A {{ {members} }}");
        reading.Read("A", "Phi");
        return reading;
    }

    /// <summary>A run on 1 MB, which is what Windows gives a thread. A stack that overflows ends the process of the tests.</summary>
    private static GeneratorRun OnASmallStack(string code)
    {
        GeneratorRun? run = null;
        var thread = new Thread(() => run = new GeneratorRun(Complete(code)), maxStackSize: 1 << 20);
        thread.Start();
        thread.Join();
        return run!;
    }

    private static IReadOnlyList<Microsoft.CodeAnalysis.Diagnostic> Run(string text)
    {
        var reading = new FunctionReading("global using System; global using KernelGen;", text);
        reading.Read("A", "Phi");
        return reading.Diagnostics;
    }
}
