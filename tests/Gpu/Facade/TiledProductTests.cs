using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace KernelGen.Gpu.Tests.Facade;

/// <summary>
/// A kernel with shared memory and barriers computes what plain loops compute, on the facade as on ILGPU's own CPU accelerator.
/// </summary>
public class TiledProductTests
{
    [Theory]
    [InlineData(16, 16, 16)]
    [InlineData(33, 20, 50)]
    [InlineData(1, 1, 1)]
    public void Equals_the_plain_product(int rows, int columns, int depth)
    {
        var random = new Random(5);
        var a = Enumerable.Range(0, rows * depth).Select(_ => random.NextSingle()).ToArray();
        var b = Enumerable.Range(0, depth * columns).Select(_ => random.NextSingle()).ToArray();
        var result = Multiply(a, b, new Shape(rows, columns, depth));
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var expected = 0.0;
                for (var k = 0; k < depth; k++)
                {
                    expected += (double)a[(i * depth) + k] * b[(k * columns) + j];
                }

                // 50 roundings of sums below 50: 50 · 50 · 2⁻²⁴.
                Assert.Equal(expected, result[(i * columns) + j], 1.5e-4);
            }
        }
    }

    [Fact]
    public void Gives_the_same_bits_each_time()
    {
        var random = new Random(6);
        var shape = new Shape(40, 40, 40);
        var a = Enumerable.Range(0, 1600).Select(_ => random.NextSingle()).ToArray();
        Assert.Equal(Multiply(a, a, shape), Multiply(a, a, shape));
    }

    private static float[] Multiply(float[] a, float[] b, Shape shape)
    {
        using var machine = new Machine();
        using var left = machine.Upload(a);
        using var right = machine.Upload(b);
        using var result = machine.Accelerator.Allocate1D<float>(shape.Rows * shape.Columns);
        var kernel = machine.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape>(TiledProduct.Kernel);
        var grid = new Index3D(
            (shape.Columns + TiledProduct.Tile - 1) / TiledProduct.Tile,
            (shape.Rows + TiledProduct.Tile - 1) / TiledProduct.Tile,
            1);
        kernel(
            machine.Accelerator.DefaultStream, new KernelConfig(grid, new Index3D(256, 1, 1)), left.View, right.View, result.View, shape);
        machine.Accelerator.Synchronize();
        return result.GetAsArray1D();
    }
}
