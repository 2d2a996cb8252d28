using ILGPU;

namespace KernelGen.Gpu.Tests.Facade;

/// <summary>C = A·B by tiles of 16 times 16 in shared memory, with one member for each element.</summary>
internal static class TiledProduct
{
    public const int Tile = 16;

    public static void Kernel(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, Shape shape)
    {
        var left = SharedMemory.Allocate<float>(Tile * Tile);
        var right = SharedMemory.Allocate<float>(Tile * Tile);
        var x = Group.IdxX % Tile;
        var y = Group.IdxX / Tile;
        var row = (Grid.IdxY * Tile) + y;
        var column = (Grid.IdxX * Tile) + x;
        var sum = 0.0f;
        for (var start = 0; start < shape.Depth; start += Tile)
        {
            left[Group.IdxX] = row < shape.Rows && start + x < shape.Depth ? a[(row * shape.Depth) + start + x] : 0.0f;
            right[Group.IdxX] = column < shape.Columns && start + y < shape.Depth ? b[((start + y) * shape.Columns) + column] : 0.0f;
            Group.Barrier();
            for (var k = 0; k < Tile; k++)
            {
                sum += left[(y * Tile) + k] * right[(k * Tile) + x];
            }

            Group.Barrier();
        }

        if (row < shape.Rows && column < shape.Columns)
        {
            c[(row * shape.Columns) + column] = sum;
        }
    }
}
