namespace ILGPU;

/// <summary>The distance between the elements of a view.</summary>
public interface IStride1D;
