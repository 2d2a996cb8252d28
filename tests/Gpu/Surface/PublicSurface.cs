using System.Reflection;

namespace KernelGen.Gpu.Tests.Surface;

/// <summary>Says what a type offers, one member a line, in a form that is the same for the facade and for the package.</summary>
internal static class PublicSurface
{
    public static IEnumerable<string> Of(Assembly assembly) => assembly.GetExportedTypes()
        .Where(type => type.Namespace!.StartsWith("ILGPU", StringComparison.Ordinal))
        .SelectMany(Of)
        .Order(StringComparer.Ordinal);

    public static IEnumerable<string> Of(Type type)
    {
        yield return $"{type.FullName}: {(type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct" : "class")}";
        foreach (var member in type.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance))
        {
            var line = Of(member);
            if (line is not null)
            {
                yield return $"{type.FullName}: {line}";
            }
        }
    }

    private static string? Of(MemberInfo member) => member switch
    {
        { DeclaringType: var owner } when owner == typeof(object) || owner == typeof(ValueType) || owner == typeof(Enum) => null,
        FieldInfo { IsLiteral: true } constant => $"{constant.Name} = {constant.GetRawConstantValue()}",
        FieldInfo { IsSpecialName: false } field => $"{field}",
        MethodBase { IsStatic: true } method => $"static {method}",
        MethodBase method => $"{method}",
        _ => null,
    };
}
