using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>Names for what cannot be read, and what to write instead.</summary>
internal static class UnsupportedConstructs
{
    private const string OnlyFloats = "compute with floats and bools only";

    public static (string Construct, string Advice) Describe(IOperation operation) => operation switch
    {
        IFieldReferenceOperation field => Describe(field),
        IPropertyReferenceOperation { Property: var property } =>
            ("a property", property.IsInSource() ? "make it a const, or a static method" : OnlyFloats),
        _ => Describe(operation.Kind),
    };

    /// <summary>What to declare in place of a local of a type that is none of float and bool.</summary>
    public static string AdviceForLocal(ITypeSymbol type, bool isConstant) => type switch
    {
        { TypeKind: TypeKind.Delegate or TypeKind.FunctionPointer } => "make it a static local function",
        { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_Double }
            or { Name: "Half", ContainingNamespace.Name: "System" } =>
            isConstant ? "declare it as a float, or const" : "declare it as a float",
        _ => OnlyFloats,
    };

    private static (string Construct, string Advice) Describe(IFieldReferenceOperation reference) => reference.Field switch
    {
        { IsStatic: false } field => ($"the field '{field.Name}' of an object", OnlyFloats),
        { IsReadOnly: true } field =>
            ($"the field '{field.Name}', whose value is not known while compiling,", "write its value, or a const that has it"),
        var field => ($"the field '{field.Name}', which may change,", "make it a const, or readonly"),
    };

    private static (string Construct, string Advice) Describe(OperationKind kind) => kind switch
    {
        OperationKind.Loop => ("a loop", "write a for loop from one constant to another, or its steps one after the other"),
        OperationKind.Try => ("try", "a kernel function cannot fail; leave it out"),
        OperationKind.Throw => ("throw", "a kernel function cannot fail; return float.NaN"),
        OperationKind.Using or OperationKind.UsingDeclaration => ("using", OnlyFloats),
        OperationKind.Lock => ("lock", "a kernel function has no state to guard; leave it out"),
        OperationKind.Branch or OperationKind.Labeled => ("a jump", "write if and else"),
        OperationKind.AnonymousFunction or OperationKind.DelegateCreation => ("a delegate", "call a static method"),
        OperationKind.Await => ("await", OnlyFloats),
        OperationKind.InstanceReference => ("an instance member", "make it static or const"),
        OperationKind.SimpleAssignment or OperationKind.CompoundAssignment or OperationKind.CoalesceAssignment =>
            ("an assignment inside an expression", "write it as a statement of its own"),
        OperationKind.Increment or OperationKind.Decrement =>
            ("++ or -- inside an expression", "write it as a statement of its own"),
        OperationKind.DeconstructionAssignment => ("a deconstruction", "assign each variable by itself"),
        OperationKind.ArrayElementReference or OperationKind.ImplicitIndexerReference =>
            ("an array element", "write the number out, or make it a const"),
        OperationKind.ObjectCreation or OperationKind.ArrayCreation or OperationKind.TypeParameterObjectCreation =>
            ("new", OnlyFloats),
        OperationKind.EventReference or OperationKind.DynamicInvocation or OperationKind.DynamicMemberReference =>
            ("this member", "call a static method that takes and returns floats"),
        OperationKind.AddressOf or OperationKind.FunctionPointerInvocation => ("a pointer", OnlyFloats),
        OperationKind.CaseClause => ("this label", "compare with constants, with <, <=, > and >="),
        OperationKind.Discard => ("a discard", "leave it out"),
        OperationKind.DeclarationPattern or OperationKind.TypePattern or OperationKind.IsType or OperationKind.RecursivePattern
            or OperationKind.ListPattern or OperationKind.SlicePattern or OperationKind.DeclarationExpression =>
            ("this pattern", "compare with constants, with <, <=, > and >="),
        _ => ("this", "compute with floats and bools, if, ?: and static methods only"),
    };
}
