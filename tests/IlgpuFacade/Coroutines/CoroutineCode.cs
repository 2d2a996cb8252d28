using System.Reflection.Emit;

namespace KernelGen.IlgpuFacade;

/// <summary>The generated method of a coroutine, and what it needs beside it.</summary>
internal sealed record CoroutineCode(DynamicMethod Method, Type[] ColumnTypes, Coroutine[] Callees);
