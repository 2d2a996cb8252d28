using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KernelGen.Tests.Diagnostics;

/// <summary>As much of an older framework as an attribute on a class needs; real reference packs may not be installed.</summary>
internal static class OldFramework
{
    public static MetadataReference Reference { get; } = CSharpCompilation.Create(
        "System.Runtime",
        [
            CSharpSyntaxTree.ParseText("""
                [assembly: System.Reflection.AssemblyVersion("8.0.0.0")]
                namespace System
                {
                    public class Object { }
                    public class Attribute { }
                    public abstract class ValueType { }
                    public abstract class Enum : ValueType { }
                    public struct Int32 { }
                    public struct Boolean { }
                    public struct Void { }
                    public class String { }
                }
                namespace System.Reflection
                {
                    public class AssemblyVersionAttribute : Attribute { public AssemblyVersionAttribute(string version) { } }
                }
                """),
        ],
        options: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)).ToMetadataReference();
}
