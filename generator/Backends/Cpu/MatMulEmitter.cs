using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// Emits one product as a method of register-blocked micro-kernels: a block of rows × vectors of the result stays in registers while the
/// inner axis runs, each step loading one row of B and broadcasting one element of A a row. Names instead of arrays and straight-line text are
/// what keeps the JIT from spilling the accumulators.
/// </summary>
internal sealed class MatMulEmitter
{
    private readonly CpuTarget _target;
    private readonly MatMul _product;
    private readonly SourceWriter _writer;
    private readonly int _strideA, _strideB, _strideC;
    private readonly int? _fixedRows, _fixedInner;
    private readonly int _columns, _blockRows, _blockVectors;

    private MatMulEmitter(CpuSchedule schedule, MatMul product, int strideA, int strideB, int strideC)
    {
        _target = schedule.Target;
        _product = product;
        _writer = new SourceWriter();
        (_strideA, _strideB, _strideC) = (strideA, strideB, strideC);
        var (rows, inner) = product.TransposeA ? (product.A.Columns, product.A.Rows) : (product.A.Rows, product.A.Columns);
        _fixedRows = rows.IsTokens ? null : schedule.Padded(rows);
        // Between segments lies padding, which is zero in both operands.
        _fixedInner = inner.IsTokens ? null : inner.Segments == 1 ? inner.Size : schedule.Padded(inner);
        _columns = schedule.Padded(product.Target.Columns);
        var triangle = product.Structure == Structure.LowerTarget;
        _blockRows = triangle ? _target.TriangleRows : _target.BlockRows;
        _blockVectors = triangle ? _target.TriangleVectors : _target.BlockVectors;
    }

    /// <summary>A name that says the sizes, so that products of the same sizes share a method: t stands for a tile of tokens.</summary>
    public static string Name(MatMul product)
    {
        var (rows, inner) = product.TransposeA ? (product.A.Columns, product.A.Rows) : (product.A.Rows, product.A.Columns);
        var kind = product.Structure switch
        {
            Structure.LowerTarget => "Lower",
            Structure.LowerLeft => "OfLower",
            _ => "",
        };
        return (product.Accumulate ? "Add" : "") + (product.TransposeA ? "Transposed" : "") + "Product" + kind
            + $"_{Size(rows)}x{Size(inner)}x{Size(product.Target.Columns)}";
    }

    private static string Size(Dim dim) => dim.IsTokens ? "t" : dim.Size.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>
    /// Emits the method. It takes references to A, B and C, then `rows` if the rows are tokens, `inner` if the inner axis is, and `diagonal`,
    /// the position of the first row, if the product is triangular.
    /// </summary>
    public static string Emit(CpuSchedule schedule, MatMul product, string name, int strideA, int strideB, int strideC)
    {
        var emitter = new MatMulEmitter(schedule, product, strideA, strideB, strideC);
        emitter.Method(name);
        return emitter._writer.ToString();
    }

    private void Method(string name)
    {
        var parameters = "ref float a, ref float b, ref float c"
            + (_fixedRows is null ? ", int rows" : "") + (_fixedInner is null ? ", int inner" : "")
            + (_product.Structure == Structure.Full ? "" : ", int diagonal");
        var (rows, inner) = _product.TransposeA ? (_product.A.Columns, _product.A.Rows) : (_product.A.Rows, _product.A.Columns);
        var (a, b) = ($"[{Size(rows)} × {Size(inner)}]", $"[{Size(inner)} × {Size(_product.Target.Columns)}]");
        var triangle = _product.Structure switch
        {
            Structure.LowerTarget => ", lower triangle of c",
            Structure.LowerLeft => ", a lower triangular",
            _ => "",
        };
        _writer.Line($"// c {(_product.Accumulate ? "+=" : "=")} a{(_product.TransposeA ? "ᵀ" : "")} · b: {a} · {b}{triangle}; blocks of {_blockRows} × {_blockVectors * _target.Lanes}.");
        _writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
        using (_writer.Block($"private static void {name}({parameters})"))
        {
            var panel = _blockVectors * _target.Lanes;
            var whole = _columns / panel * panel;
            if (whole > 0)
            {
                Panels(whole, _blockVectors);
            }

            if (whole < _columns)
            {
                using (_writer.Block())
                {
                    _writer.Line($"const int j = {whole};");
                    Rows((_columns - whole) / _target.Lanes);
                }
            }
        }
    }

    private void Panels(int columns, int vectors)
    {
        var panel = vectors * _target.Lanes;
        if (columns == panel)
        {
            using (_writer.Block())
            {
                _writer.Line("const int j = 0;");
                Rows(vectors);
            }
        }
        else
        {
            using (_writer.Block($"for (nint j = 0; j < {columns}; j += {panel})"))
            {
                Rows(vectors);
            }
        }
    }

    private void Rows(int vectors)
    {
        if (_fixedRows is not { } rows)
        {
            // Rows past the last are memory of the tile that nobody reads.
            using (_writer.Block($"for (nint i = 0; i < rows; i += {_blockRows})"))
            {
                Block(_blockRows, vectors);
            }

            return;
        }

        var whole = rows / _blockRows * _blockRows;
        if (whole > 0)
        {
            using (_writer.Block($"for (nint i = 0; i < {whole}; i += {_blockRows})"))
            {
                Block(_blockRows, vectors);
            }
        }

        if (whole < rows)
        {
            using (_writer.Block())
            {
                _writer.Line($"const int i = {whole};");
                Block(rows - whole, vectors);
            }
        }
    }

    private void Block(int rows, int vectors)
    {
        var lanes = _target.Lanes;
        var simd = _target.Simd;
        _writer.Line($"ref var cc = ref _Unsafe.Add(ref c, (i * {_strideC}) + j);");
        if (_product.Structure == Structure.LowerTarget)
        {
            using (_writer.Block($"if (j > diagonal + i + {rows - 1})"))
            {
                using (_writer.Block($"for (nint r = 0; r < {rows}; r++)"))
                {
                    for (var v = 0; v < vectors; v++)
                    {
                        _writer.Line($"{simd}.StoreUnsafe({_target.Floats}.Zero, ref _Unsafe.Add(ref cc, (r * {_strideC}) + {v * lanes}));");
                    }
                }

                _writer.Line("continue;");
            }
        }

        _writer.Line($"ref var aa = ref _Unsafe.Add(ref a, i{(_product.TransposeA ? "" : $" * {_strideA}")});");
        _writer.Line("ref var bb = ref _Unsafe.Add(ref b, j);");
        ForBlock(rows, vectors, (r, v) => $"var c{r}_{v} = {_target.Floats}.Zero;");
        var inner = _fixedInner?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "inner";
        if (_product.Structure == Structure.LowerLeft)
        {
            _writer.Line($"var last = global::System.Math.Min(inner, diagonal + (int)i + {rows});");
            inner = "last";
        }

        using (_writer.Block($"for (nint k = 0; k < {inner}; k++)"))
        {
            for (var v = 0; v < vectors; v++)
            {
                _writer.Line($"var b{v} = {simd}.LoadUnsafe(ref _Unsafe.Add(ref bb, {v * lanes}));");
            }

            for (var r = 0; r < rows; r++)
            {
                var offset = _product.TransposeA ? r : r * _strideA;
                _writer.Line($"var a{r} = {simd}.Create(_Unsafe.Add(ref aa, {offset}));");
                for (var v = 0; v < vectors; v++)
                {
                    _writer.Line($"c{r}_{v} = {simd}.{_target.MultiplyAdd}(a{r}, b{v}, c{r}_{v});");
                }
            }

            _writer.Line($"aa = ref _Unsafe.Add(ref aa, {(_product.TransposeA ? _strideA : 1)});");
            _writer.Line($"bb = ref _Unsafe.Add(ref bb, {_strideB});");
        }

        if (_product.Structure == Structure.LowerTarget)
        {
            _writer.Line("// Element (r, column) counts where column ≤ diagonal + i + r.");
            _writer.Line("var limit = (float)(diagonal + i - j);");
        }

        ForBlock(rows, vectors, (r, v) =>
        {
            var value = $"c{r}_{v}";
            if (_product.Structure == Structure.LowerTarget)
            {
                var limit = $"{simd}.Create(limit {(r < v * lanes ? "-" : "+")} {System.Math.Abs(r - (v * lanes))})";
                value = $"{simd}.ConditionalSelect({simd}.LessThanOrEqual({_target.Floats}.Indices, {limit}), {value}, {_target.Floats}.Zero)";
            }

            var element = $"ref _Unsafe.Add(ref cc, {(r * _strideC) + (v * lanes)})";
            value = _product.Accumulate ? $"{simd}.LoadUnsafe({element}) + {value}" : value;
            return $"{simd}.StoreUnsafe({value}, {element});";
        });
    }

    private void ForBlock(int rows, int vectors, System.Func<int, int, string> line)
    {
        for (var r = 0; r < rows; r++)
        {
            _writer.Line(string.Join(" ", Enumerable.Range(0, vectors).Select(v => line(r, v))));
        }
    }
}
