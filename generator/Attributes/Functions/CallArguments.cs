using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>What a call hands over, by parameter. The compiler lists arguments as they are evaluated: with names, in any order.</summary>
internal static class CallArguments
{
    /// <summary>
    /// The argument of each parameter, or its default, in the order of the parameters; null where the compiler has complained.
    /// </summary>
    public static IReadOnlyList<IOperation?> ByParameter(IInvocationOperation call) =>
        call.TargetMethod.Parameters
            .Select(parameter => call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == parameter.Ordinal)?.Value)
            .ToList();
}
