using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Specs.Functions;

/// <summary>Names for what cannot be read, and what to write instead.</summary>
internal static class UnsupportedConstructs
{
    public static (string Construct, string Advice) Describe(IOperation operation) => operation.Kind switch
    {
        OperationKind.Loop => ("a loop", "write its steps one after the other"),
        OperationKind.Switch => ("a switch statement", "write if and else, or a switch expression"),
        OperationKind.Try => ("try", "a kernel function cannot fail; leave it out"),
        OperationKind.Throw => ("throw", "a kernel function cannot fail; return float.NaN"),
        OperationKind.Using or OperationKind.UsingDeclaration => ("using", "compute with floats and bools only"),
        OperationKind.Lock => ("lock", "a kernel function has no state to guard; leave it out"),
        OperationKind.Branch or OperationKind.Labeled => ("a jump", "write if and else"),
        OperationKind.LocalFunction => ("a local function", "make it a static method"),
        OperationKind.AnonymousFunction or OperationKind.DelegateCreation => ("a delegate", "call a static method"),
        OperationKind.Await => ("await", "compute with floats and bools only"),
        OperationKind.InstanceReference => ("an instance member", "make it static or const"),
        OperationKind.SimpleAssignment or OperationKind.CompoundAssignment or OperationKind.CoalesceAssignment =>
            ("an assignment inside an expression", "write it as a statement of its own"),
        OperationKind.Increment or OperationKind.Decrement =>
            ("++ or -- inside an expression", "write it as a statement of its own"),
        OperationKind.DeconstructionAssignment => ("a deconstruction", "assign each variable by itself"),
        OperationKind.ArrayElementReference or OperationKind.ImplicitIndexerReference =>
            ("an array element", "write the number out, or make it a const"),
        OperationKind.ObjectCreation or OperationKind.ArrayCreation or OperationKind.TypeParameterObjectCreation =>
            ("new", "compute with floats and bools only"),
        OperationKind.PropertyReference => ("a property", "make it a const, or a static method"),
        OperationKind.EventReference or OperationKind.DynamicInvocation or OperationKind.DynamicMemberReference =>
            ("this member", "call a static method that takes and returns floats"),
        OperationKind.AddressOf or OperationKind.FunctionPointerInvocation => ("a pointer", "compute with floats and bools only"),
        OperationKind.Discard => ("a discard", "leave it out"),
        OperationKind.DeclarationPattern or OperationKind.TypePattern or OperationKind.IsType or OperationKind.RecursivePattern
            or OperationKind.ListPattern or OperationKind.SlicePattern or OperationKind.DeclarationExpression =>
            ("this pattern", "compare with constants, with <, <=, > and >="),
        _ => ("this", "compute with floats and bools, if, ?: and static methods only"),
    };
}
