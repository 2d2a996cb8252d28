namespace ILGPU;

/// <summary>A view without holes; constrains the copying methods.</summary>
public interface IContiguousArrayView<T> : IContiguousArrayView
    where T : unmanaged;
