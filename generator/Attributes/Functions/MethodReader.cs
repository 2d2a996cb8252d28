using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using KernelGen.Generator.Attributes.Masks;
using KernelGen.Generator.Diagnostics;
using KernelGen.Generator.Expressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>Reads method bodies, and so the calls of other methods, whose bodies take the place of the calls.</summary>
internal sealed class MethodReader
{
    /// <summary>Far more than a function of the allowed size takes; methods that call each other twice would take forever.</summary>
    private const int MaxSteps = 50_000;

    private readonly Compilation _compilation;
    private readonly CancellationToken _cancel;
    private readonly Stack<IMethodSymbol> _open = new();
    private readonly MethodReader? _outer;
    private int _steps;

    public MethodReader(Compilation compilation, FunctionFaults faults, CancellationToken cancel)
    {
        (_compilation, Faults, _cancel) = (compilation, faults, cancel);
        Fields = new ReadonlyFields(compilation, () => new MethodReader(this), cancel);
    }

    /// <summary>Reads for another reader, and keeps what is wrong to itself.</summary>
    private MethodReader(MethodReader outer)
    {
        (_compilation, _cancel, _open, _outer) = (outer._compilation, outer._cancel, outer._open, outer);
        (Faults, Fields) = (new FunctionFaults(_ => { }), outer.Fields);
    }

    public FunctionFaults Faults { get; }

    public ReadonlyFields Fields { get; }

    /// <summary>What an expression of positions evaluates to, by the rules of masks.</summary>
    public MaskValue ReadPositions(IOperation operation, ImmutableDictionary<ISymbol, MaskValue> variables, FunctionFaults faults) =>
        new MaskReader(_compilation, faults, _cancel).Value(operation, variables);

    /// <summary>Whether the method is of a form that can be read, wherever its body is.</summary>
    public static bool IsReadable(IMethodSymbol method) => ObjectionTo(method) is null;

    /// <summary>Whether a method can only read the parameter, so that it might as well be a value.</summary>
    public static bool IsRead(IParameterSymbol parameter) =>
        parameter.RefKind is RefKind.None or RefKind.In or RefKind.RefReadOnlyParameter;

    /// <summary>Counts what is read, and stops it where it gets out of hand.</summary>
    /// <exception cref="InsufficientExecutionStackException">Nested too deeply, or too much.</exception>
    public void CountStep()
    {
        _cancel.ThrowIfCancellationRequested();
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++_steps > MaxSteps)
        {
            throw new InsufficientExecutionStackException();
        }

        _outer?.CountStep();
    }

    /// <summary>The method's declaration in this compilation, if it has a body there.</summary>
    public MethodDeclarationSyntax? SourceOf(IMethodSymbol method) =>
        (method.PartialImplementationPart ?? method).OriginalDefinition.DeclaringSyntaxReferences
            .Where(reference => _compilation.ContainsSyntaxTree(reference.SyntaxTree))
            .Select(reference => reference.GetSyntax(_cancel))
            .OfType<MethodDeclarationSyntax>()
            .FirstOrDefault(syntax => syntax.Body is not null || syntax.ExpressionBody is not null);

    /// <summary>The value that the method returns for these arguments.</summary>
    /// <exception cref="InsufficientExecutionStackException">Nested too deeply, or too much.</exception>
    public Value Read(IMethodSymbol method, MethodDeclarationSyntax source, IReadOnlyList<Value> arguments)
    {
        // Roslyn makes operations of syntax without asking whether the stack is large enough: some 8000 levels of 8 MB would end its
        // process.
        if (IsNestedTooDeeply(source))
        {
            throw new InsufficientExecutionStackException();
        }

        // Both parts of a partial method, and a method of an instance of a generic type, have symbols; the body uses those of its own.
        var model = _compilation.GetSemanticModel(source.SyntaxTree);
        if (model.GetDeclaredSymbol(source, _cancel) is not IMethodSymbol declared
            || model.GetOperation(source, _cancel) is not IMethodBodyOperation body
            || (body.BlockBody ?? body.ExpressionBody) is not { } block)
        {
            Faults.AddSilently();
            return Value.Unknown;
        }

        return Read(method, declared.Parameters, block, arguments);
    }

    private Value Read(
        IMethodSymbol method, IReadOnlyList<IParameterSymbol> parameters, IBlockOperation body, IReadOnlyList<Value> arguments)
    {
        var variables = ImmutableDictionary.Create<ISymbol, Value>(SymbolEqualityComparer.Default)
            .AddRange(parameters.Select((parameter, index) => new KeyValuePair<ISymbol, Value>(parameter, arguments[index])));
        _open.Push(method.OriginalDefinition);
        var flow = new StatementReader(this, Faults).Read(body, variables);
        _open.Pop();

        // Where a path returns nothing the compiler says so.
        if (flow.Result is null || flow.Variables is not null)
        {
            Faults.AddSilently();
            return Value.Unknown;
        }

        return flow.Result;
    }

    /// <summary>Whether syntax is nested past what compilers have a stack for.</summary>
    public static bool IsNestedTooDeeply(SyntaxNode source)
    {
        var open = new Stack<(SyntaxNode Node, int Level)>([(source, 0)]);
        while (open.Count > 0)
        {
            var (node, level) = open.Pop();
            if (level > ScalarFunction.MaxNesting)
            {
                return true;
            }

            foreach (var child in node.ChildNodes())
            {
                // Roslyn walks a + b + c + …, which nests to the left, without recursion.
                open.Push((child, node is BinaryExpressionSyntax binary && binary.Left == child ? level : level + 1));
            }
        }

        return false;
    }

    /// <summary>The value of a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="arguments">In the order of the parameters.</param>
    public Value Call(IInvocationOperation call, IReadOnlyList<Value> arguments)
    {
        var method = call.TargetMethod;
        if (ObjectionTo(method) is { } objection)
        {
            return Faults.Unsupported(
                call.Syntax, $"a call of '{method.Name}', which {objection.Fault},",
                IsDelegate(method) || method.IsInSource() ? objection.Advice : AdviceForFrameworks(method));
        }

        if (_open.Contains(method.OriginalDefinition, SymbolEqualityComparer.Default))
        {
            Faults.Add(Rules.FunctionRecursion, call.Syntax.GetLocation(), method.Name);
            return Value.Unknown;
        }

        if (method.MethodKind == MethodKind.LocalFunction && BodyOf(method, call) is { } local)
        {
            return Read(method, method.Parameters, local, arguments);
        }

        if (SourceOf(method) is not { } source)
        {
            return Faults.Unsupported(
                call.Syntax, $"a call of '{method.ContainingType.ToDisplayString()}.{method.Name}', whose body is not in this project,",
                "copy the method into it");
        }

        return Read(method, source, arguments);
    }

    /// <summary>What a local function does. Its operations belong to those of the method around it, whose symbols they share.</summary>
    private static IBlockOperation? BodyOf(IMethodSymbol function, IOperation call)
    {
        var method = call;
        while (method.Parent is { } parent)
        {
            method = parent;
        }

        return method.Descendants().OfType<ILocalFunctionOperation>()
            .FirstOrDefault(local => SymbolEqualityComparer.Default.Equals(local.Symbol, function))?.Body;
    }

    private static bool IsDelegate(IMethodSymbol method) =>
        method.MethodKind is MethodKind.DelegateInvoke or MethodKind.FunctionPointerSignature;

    /// <summary>What to write instead of a method that the user cannot change.</summary>
    private static string AdviceForFrameworks(IMethodSymbol method) => method switch
    {
        { Name: "Equals", IsStatic: false } => "write ==",
        { Name: "CompareTo", IsStatic: false } => "compare with <, == and >",
        _ => "call functions of MathF and KernelMath, and static methods of this project",
    };

    private static (string Fault, string Advice)? ObjectionTo(IMethodSymbol method) => method switch
    {
        _ when IsDelegate(method) => ("is a delegate", "call a static method by its name"),
        { IsStatic: false } => ("is not static", "make it static"),
        { Arity: > 0 } => ("is generic", "make it take floats"),
        { IsVirtual: true } or { IsAbstract: true } => ("is virtual", "call a method of a class"),
        _ when method.Parameters.FirstOrDefault(parameter => !IsRead(parameter)) is { } parameter =>
            ($"takes '{parameter.Name}' by reference", "take it by value"),
        _ when method.Parameters.FirstOrDefault(parameter => !IsFloatOrBool(parameter.Type)) is { } parameter =>
            ($"takes a '{parameter.Type.ToDisplayString()}'", "make it take floats and bools only"),
        _ when !IsFloatOrBool(method.ReturnType) || method.ReturnsByRef || method.ReturnsByRefReadonly =>
            ($"returns '{method.ReturnType.ToDisplayString()}'", "make it return a float or a bool"),
        _ => null,
    };

    private static bool IsFloatOrBool(ITypeSymbol type) => type.SpecialType is SpecialType.System_Single or SpecialType.System_Boolean;
}
