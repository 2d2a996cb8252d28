using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using ILGPU;

namespace KernelGen.IlgpuFacade;

/// <summary>Refuses what ILGPU refuses when it compiles a kernel, or what passes ILGPU and then fails on a device.</summary>
internal static class KernelRules
{
    /// <summary>The assembly that ILGPU generates launchers in.</summary>
    private const string LauncherAssembly = "ILGPURuntime";

    /// <summary>Not without the algorithms package, not in PTX at all, or (Clamp) throwing.</summary>
    private static readonly HashSet<string> RefusedMath =
        ["Exp", "Exp2", "Log", "Log2", "Log10", "Pow", "Tan", "Cbrt", "FusedMultiplyAdd", "MultiplyAddEstimate", "Clamp"];

    public static void Check(MethodInfo kernel)
    {
        foreach (var parameter in kernel.GetParameters())
        {
            CheckVisible(kernel, parameter.ParameterType);
        }

        Check(kernel, []);
    }

    /// <summary>Whether a method is compiled with the kernel, in place of being known to ILGPU.</summary>
    public static bool IsUserCode(MethodBase method)
    {
        var assembly = method.Module.Assembly;
        return assembly != typeof(object).Assembly && assembly != typeof(Group).Assembly && !method.IsAbstract;
    }

    private static void Check(MethodBase method, HashSet<MethodBase> seen)
    {
        if (!seen.Add(method))
        {
            return;
        }

        if (method.GetMethodBody() is { ExceptionHandlingClauses.Count: > 0 })
        {
            throw Refused(method, "try, using, lock or a disposing foreach");
        }

        foreach (var instruction in InstructionReader.Read(method))
        {
            if (Reason(instruction) is { } reason)
            {
                throw Refused(method, reason);
            }

            if (instruction.Operand is MethodBase callee && IsUserCode(callee))
            {
                Check(callee, seen);
            }
        }
    }

    private static string? Reason(Instruction instruction)
    {
        var code = instruction.Code;
        if (code == OpCodes.Throw || code == OpCodes.Rethrow)
        {
            return "throw";
        }

        if (code == OpCodes.Box || code == OpCodes.Castclass || code == OpCodes.Isinst || code == OpCodes.Unbox
            || code == OpCodes.Unbox_Any)
        {
            return "a value as an object";
        }

        if (code == OpCodes.Ldftn || code == OpCodes.Ldvirtftn || code == OpCodes.Calli)
        {
            return "a delegate or function pointer";
        }

        if (code == OpCodes.Localloc)
        {
            return "stackalloc";
        }

        return instruction.Operand switch
        {
            FieldInfo { IsStatic: true, IsInitOnly: false, IsLiteral: false } field => $"static field {field.Name}, which is not readonly",
            FieldInfo { IsStatic: true, FieldType.IsValueType: false } field => $"static field {field.Name}, which is no plain value",
            ConstructorInfo { DeclaringType.IsValueType: false } constructor
                when code == OpCodes.Newobj => $"an object of {constructor.DeclaringType!.Name}",
            MethodInfo method => Reason(method),
            _ => null,
        };
    }

    private static string? Reason(MethodInfo method)
    {
        var owner = method.DeclaringType!;
        if ((owner == typeof(MathF) || owner == typeof(Math) || owner == typeof(float) || owner == typeof(double))
            && RefusedMath.Contains(method.Name))
        {
            return $"{owner.Name}.{method.Name}";
        }

        var refused = owner.Namespace is "System.Runtime.Intrinsics" or "System.Numerics" or "System.Collections.Generic"
            || owner == typeof(string) || owner == typeof(decimal)
            || (owner.IsGenericType
                && (owner.GetGenericTypeDefinition() == typeof(Span<>) || owner.GetGenericTypeDefinition() == typeof(ReadOnlySpan<>)));
        return refused ? $"{owner.Name}.{method.Name}" : null;
    }

    private static void CheckVisible(MethodInfo kernel, Type type)
    {
        foreach (var argument in type.IsGenericType ? type.GetGenericArguments() : [])
        {
            CheckVisible(kernel, argument);
        }

        var shown = type.Assembly.GetCustomAttributes<InternalsVisibleToAttribute>()
            .Any(attribute => attribute.AssemblyName == LauncherAssembly);
        for (var each = type; each is not null; each = each.DeclaringType)
        {
            if (!(each.IsPublic
                || each.IsNestedPublic
                || (shown && (each.IsNotPublic || each.IsNestedAssembly || each.IsNestedFamORAssem))))
            {
                throw Refused(
                    kernel, $"a parameter of {type.Name}, which is neither public nor internal and visible to {LauncherAssembly}");
            }
        }
    }

    private static FacadeException Refused(MethodBase method, string what) =>
        new($"{method.DeclaringType?.Name}.{method.Name} has {what}: ILGPU or a device refuses that in kernels.");
}
