using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using KernelGen.Generator.Expressions;
using KernelGen.Generator.Families.Favor;
using KernelGen.Generator.Printing;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;
using KernelGen.Tests.Behaviour;
using KernelGen.Tests.Harness;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace KernelGen.Tests.Expressions;

/// <summary>Derivatives of kernel functions: against finite differences, at kinks, where numbers end, and their size.</summary>
public sealed class DerivativeTests
{
    private static readonly Lazy<Dictionary<string, ScalarFunction>> Catalogue = new(ReadCatalogue);

    /// <summary>Every built-in function, the functions of the layers under test, and the samples of what a user may write.</summary>
    public static TheoryData<string> Names => [.. Catalogue.Value.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_what_finite_differences_give(string name)
    {
        var function = Catalogue.Value[name];
        var derivative = Derivative(function);
        Assert.Equal(function.Name + "Derivative", derivative.Name);

        var (compared, sensitive) = (0, 0);
        foreach (var x in Points())
        {
            if (Compare(function, derivative, x) is { } tolerance)
            {
                compared++;
                sensitive += tolerance < 1e-3 * Math.Max(1, Math.Abs(BoundedEvaluator.Call(derivative, x).Value)) ? 1 : 0;
            }
        }

        // Powers of large numbers overflow, logarithms and roots have half a line; but a comparison that allows everything shows nothing.
        Assert.InRange(compared, 150, int.MaxValue);
        Assert.InRange(sensitive, 0.8 * compared, compared);
    }

    [Fact]
    public void Is_what_finite_differences_give_for_any_expression()
    {
        var random = new Random(11);
        var compared = 0;
        for (var round = 0; round < 3000; round++)
        {
            var function = new ScalarFunction("random", ExprSimplifier.Simplify(RandomExpr.Next(random, depth: 5)));
            var derivative = Derivative(function);
            foreach (var x in new[] { -7.3, -1.2, -0.4, 0.6, 1.7, 5.1 })
            {
                compared += derivative.Body is not Expr.Constant && Compare(function, derivative, (float)x) is not null ? 1 : 0;
            }
        }

        Assert.InRange(compared, 1500, int.MaxValue);
    }

    /// <summary>The table of generator/Families/README.md.</summary>
    [Theory]
    [InlineData("MathF.Max(0, x)", 0, 0)]
    [InlineData("MathF.Max(x, 0)", 0, 0)]
    [InlineData("MathF.Min(1, MathF.Max(-1, x))", 1, 0)]
    [InlineData("MathF.Min(1, MathF.Max(-1, x))", -1, 0)]
    [InlineData("MathF.Max(x, 2 * x)", 0, 1)]
    [InlineData("MathF.Min(2 * x, x)", 0, 2)]
    [InlineData("MathF.Abs(x)", 0, 0)]
    [InlineData("MathF.Abs(3 - x)", 3, 0)]
    [InlineData("x > 0 ? x : 0", 0, 0)]
    [InlineData("x >= 0 ? x : 0.25f * x", 0, 1)]
    [InlineData("x > 0 ? x + 1 : MathF.Exp(x)", 0, 1)]
    [InlineData("x > 0 ? 1 : 0", 0, 0)]
    [InlineData("x == 0 ? 1 : MathF.Sin(x) / x", 0, 0)]
    [InlineData("MathF.Max(x, 0) + MathF.Log(1 + MathF.Exp(-MathF.Abs(x)))", 0, 0)] // smooth, but not in its parts
    [InlineData("Math.Clamp(x, -1, 1)", 1, 1)]
    [InlineData("Math.Clamp(x, -1, 1)", -1, 1)]
    [InlineData("float.Clamp(x, -1, 1)", 1, 0)]
    [InlineData("float.Clamp(x, -1, 1)", -1, 0)]
    [InlineData("MathF.Sign(x)", 0, 0)]
    [InlineData("MathF.CopySign(x, 2)", 0, 0)]
    [InlineData("MathF.CopySign(x, -2)", 3, -1)]
    [InlineData("MathF.CopySign(2, x)", 0, 0)]
    [InlineData("float.IsNegative(x) ? 2 * x : x", 0, 1)]
    [InlineData("MathF.Sqrt(x)", 0, 0)]
    [InlineData("MathF.Sqrt(MathF.Abs(x))", 0, 0)]
    [InlineData("MathF.Pow(MathF.Abs(x), 0.7f)", 0, 0)]
    [InlineData("MathF.Pow(MathF.Abs(x), 1.5f)", 0, 0)]
    [InlineData("MathF.Tanh(MathF.Sqrt(MathF.Abs(x))) * MathF.Log(1 + x * x)", 0, 0)]
    public void At_a_kink(string expression, float x, float expected) =>
        Assert.Equal(expected, new ExprEvaluator().Evaluate(Derivative(FunctionReading.Of(expression)!), x));

    /// <summary>Where parts of a function overflow or vanish in float32 but the function does not.</summary>
    [Theory]
    [InlineData("1 / (1 + MathF.Exp(-x))")]
    [InlineData("x / (1 + MathF.Exp(-x))")]
    [InlineData("1 / (MathF.Exp(x) + MathF.Exp(-x))")]
    [InlineData("MathF.Log(1 + MathF.Exp(x))")]
    [InlineData("MathF.Max(x, 0) + MathF.Log(1 + MathF.Exp(-MathF.Abs(x)))")]
    [InlineData("x * MathF.Tanh(MathF.Log(1 + MathF.Exp(x)))")]
    [InlineData("x * MathF.Exp(-x * x)")]
    [InlineData("MathF.Exp(-x * x * x * x)")]
    [InlineData("1 - MathF.Exp(-MathF.Exp(x))")]
    [InlineData("MathF.Sqrt(x * x + 1)")]
    [InlineData("x / MathF.Sqrt(x * x + 1)")]
    [InlineData("0.5f * x * (1 + KernelMath.Erf(x / MathF.Sqrt(2)))")]
    [InlineData("0.5f * x * (1 + MathF.Tanh(0.7978846f * (x + 0.044715f * x * x * x)))")]
    [InlineData("MathF.Tanh(MathF.Exp(x))")]
    [InlineData("MathF.Pow(1 + MathF.Abs(x), -3)")]
    [InlineData("1 / (1e-6f + MathF.Pow(x, 2))")]
    [InlineData("MathF.Pow(1 + x * x, -0.7f)")]
    [InlineData("MathF.Pow(1 + x * x, -0.5f)")]
    [InlineData("x > 0 ? x + 1 : MathF.Exp(x)")]
    [InlineData("x / (1 + MathF.Abs(x))")]
    public void Is_finite_where_the_function_is(string expression)
    {
        var function = FunctionReading.Of(expression)!;
        var derivative = Derivative(function);
        var evaluator = new ExprEvaluator();
        float[] sizes =
            [0, 1e-38f, 1e-20f, 1e-6f, 0.1f, 1, 3, 9, 20, 50, 80, 87, 88, 88.5f, 89, 100, 103, 104, 150, 1e3f, 1e4f, 1e6f, 1e9f, 1e12f];
        foreach (var x in sizes.Concat(sizes.Select(size => -size)).Where(x => float.IsFinite(evaluator.Evaluate(function, x))))
        {
            var slope = evaluator.Evaluate(derivative, x);
            Assert.True(float.IsFinite(slope), $"{slope} at {x}");

            // Not just any number.
            var bound = BoundedEvaluator.Call(derivative, x);
            Assert.True(
                !double.IsFinite(bound.Error) || Math.Abs(slope - bound.Value) <= (2 * bound.Error) + 1e-30,
                $"{slope} at {x}, not {bound}");
        }
    }

    [Theory]
    [InlineData(KernelFunction.Relu, "x > 0 ? 1 : 0")]
    [InlineData(KernelFunction.Sigmoid, "((1 / (1 + exp(−x))) == 0 ? 0 : (1 / (1 + exp(−x))) · exp(−x)) / (1 + exp(−x))")]
    [InlineData(KernelFunction.Exp, "exp(x)")]
    [InlineData(KernelFunction.Tanh, "1 − (tanh(x) · tanh(x))")]
    [InlineData(KernelFunction.Abs, "x > 0 ? 1 : x < 0 ? −1 : 0")]
    [InlineData(KernelFunction.Cos, "−sin(x)")]
    [InlineData(KernelFunction.Identity, "1")]
    [InlineData(KernelFunction.Square, "x + x")]
    [InlineData(KernelFunction.EluPlusOne, "x > 0 ? 1 : exp(x)")]
    public void Of_a_built_in_function(KernelFunction kernel, string expected) =>
        Assert.Equal(expected, ProgramText.Describe(Derivative(Catalogue.Value[$"{kernel}"]).Body));

    /// <summary>Of the function and its derivative together, each part computed once, as the printer does.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Costs_a_small_multiple_of_the_function(string name)
    {
        var function = Catalogue.Value[name];
        var alone = Operations(function.Body);
        var together = Operations(function.Body, Derivative(function).Body);

        Assert.InRange(together, 0, 8 + (4 * alone));
    }

    /// <summary>Parts that are used at every level above: a tree would have as many operations as the square of the degree.</summary>
    [Theory]
    [InlineData("MathF.Exp({0})")]
    [InlineData("1 + x * ({0})")]
    [InlineData("MathF.Tanh({0}) - x")]
    [InlineData("1 / (1 + MathF.Abs({0}))")]
    public void Grows_with_the_function(string level)
    {
        var text = "x";
        for (var i = 0; i < 40; i++)
        {
            text = string.Format(CultureInfo.InvariantCulture, level, text);
        }

        var function = FunctionReading.Of(text)!;
        Assert.InRange(Operations(function.Body, Derivative(function).Body), 0, 5 * Operations(function.Body));
    }

    /// <summary>On a thread with the stack that a compiler's may have.</summary>
    [Theory]
    [InlineData("MathF.Exp({0})", 399)]
    [InlineData("x / (1 + {0})", 199)]
    [InlineData("x / ({0})", 399)]
    [InlineData("MathF.Max(x, MathF.Abs({0}) * 2)", 132)]
    [InlineData("({0}) * ({0})", 9)]
    [InlineData("MathF.Sqrt({0}) + ({0})", 9)]
    public void Of_the_largest_functions_there_are_is_none_or_within_the_limits(string level, int levels)
    {
        var steps = string.Concat(Enumerable.Repeat($"y = {string.Format(CultureInfo.InvariantCulture, level, "y")};", levels));
        var reading = new FunctionReading($"using System; class A {{ static float Phi(float x) {{ var y = x; {steps} return y; }} }}");
        var function = reading.Read("A", "Phi");
        Assert.Empty(reading.Diagnostics);

        var fault = (Exception?)null;
        var thread = new Thread(() =>
        {
            try
            {
                if (ExprDerivative.Of(function!) is { } derivative)
                {
                    Print(derivative);
                }
            }
            catch (Exception exception)
            {
                fault = exception;
            }
        }, 1 << 20);
        thread.Start();
        thread.Join();
        Assert.Null(fault);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Prints_as_any_function(string name)
    {
        var text = Print(Derivative(Catalogue.Value[name]));

        Assert.Empty(CSharpSyntaxTree.ParseText($"F({text} 0);").GetDiagnostics());
    }

    /// <summary>Derivatives of calls and of exponentials that are flushed, which no user's method becomes.</summary>
    [Fact]
    public void Of_a_call_and_a_flushed_exponential()
    {
        var x = new Expr.Argument();
        var inner = new ScalarFunction("inner", Expr.Sin(x));
        foreach (var body in new[] { Expr.Exp2(x * x, -30), 2 * new Expr.Call(inner, x * 3) })
        {
            var function = new ScalarFunction("outer", body);
            Assert.NotNull(Compare(function, Derivative(function), 0.7f));
        }

        Assert.Equal(0, new DoubleEvaluator(Derivative(new ScalarFunction("outer", Expr.Exp2(-(x * x), -30)))).Evaluate(6).Value);
    }

    private static ScalarFunction Derivative(ScalarFunction function) => Assert.IsType<ScalarFunction>(ExprDerivative.Of(function));

    /// <summary>
    /// Fails where a derivative is not what finite differences give within their own error and twice the first-order bound of the
    /// derivative in float32, and what rounding its constants to float32 makes; otherwise the tolerance, or null where there is nothing to
    /// compare.
    /// </summary>
    private static double? Compare(ScalarFunction function, ScalarFunction derivative, float x)
    {
        // Where the range of float32 changes what the function is, differences in double are of another function.
        var (value, wide) = (BoundedEvaluator.Call(function, x).Value, new DoubleEvaluator(function).Evaluate(x).Value);
        var actual = BoundedEvaluator.Call(derivative, x);
        if (!(Math.Abs(value - wide) <= 1e-9 * Math.Abs(wide)) || !double.IsFinite(actual.Value) || !double.IsFinite(actual.Error)
            || FiniteDifference.At(function, x) is not { } expected || !(expected.Error <= 1e-4 * Math.Max(1e-3, Math.Abs(expected.Value))))
        {
            return null;
        }

        var tolerance = (2 * actual.Error) + (4 * expected.Error) + (4 * Bounded.Rounding * Math.Abs(expected.Value)) + 1e-12;
        Assert.True(
            Math.Abs(actual.Value - expected.Value) <= tolerance,
            $"At {x:R}: {actual.Value:G12}, but finite differences give {expected.Value:G12} ± {tolerance:E2} for {ProgramText.Describe(function.Body)}"
            + $"; derivative {ProgramText.Describe(derivative.Body)}");
        return tolerance;
    }

    private static IEnumerable<float> Points()
    {
        var random = new Random(4);
        float[] sizes = [1e-30f, 1e-10f, 1e-5f, 1e-3f, 0.01f, 10, 20, 50, 80, 88, 89, 100, 105, 1e3f, 1e4f, 1e6f];
        return sizes.Concat(sizes.Select(size => -size))
            .Concat(Enumerable.Range(0, 400).Select(_ => (float)((random.NextDouble() - 0.5) * 12)));
    }

    private static int Operations(params Expr[] bodies) =>
        bodies.SelectMany(body => body.Flatten()).Where(part => part is not (Expr.Constant or Expr.Argument)).Distinct().Count();

    private static string Print(ScalarFunction function)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var writer = new SourceWriter();
        FunctionLambda.Write(writer, function);
        return writer.ToString();
    }

    private static Dictionary<string, ScalarFunction> ReadCatalogue()
    {
        var builtIn = Enum.GetValues<Generator.Families.Favor.KernelFunction>().Select(KernelFunctions.Of).OfType<ScalarFunction>();
        var own = Layer.In("KernelGen.Tests.Behaviour.Generalized").Concat(Layer.In("KernelGen.Tests.Behaviour.Functions"))
            .Where(layer => layer.IsMethod)
            .Select(layer => layer.Function!);
        var text = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Expressions", "KernelSamples.cs"));
        var samples = typeof(KernelSamples).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Select(method => new FunctionReading("global using System;", text).Read(typeof(KernelSamples).FullName!, method.Name)!);
        return builtIn.Concat(own).Concat(samples).DistinctBy(function => function.Name).ToDictionary(function => function.Name);
    }
}
