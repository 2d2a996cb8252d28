using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>What a product is added to.</summary>
internal enum ProductSum
{
    /// <summary>Its target, where it accumulates; else it is the target.</summary>
    Plain,

    /// <summary>Its target, and where asked for a second matrix: the sum of the group that is open beside it.</summary>
    Grouped,

    /// <summary>Its target in twice the precision, with the rest in a second matrix.</summary>
    Compensated,
}

/// <summary>
/// Emits one product as a method of register-blocked micro-kernels: a block of rows × vectors of the result stays in registers while the
/// inner axis runs, each step loading one row of B and broadcasting one element of A a row. Names instead of arrays and straight-line text are
/// what keeps the JIT from spilling the accumulators.
/// </summary>
internal sealed class MatMulEmitter
{
    /// <summary>Rows of the block for what is left of a tile of tokens: with a panel's vectors they are sums enough to hide the latency of a multiply-add.</summary>
    private const int FewRows = 2;

    private readonly CpuTarget _target;
    private readonly MatMul _product;
    private readonly ProductSum _sum;
    private readonly SourceWriter _writer;
    private readonly int _strideA, _strideB, _strideC;
    private readonly int? _fixedRows, _fixedInner;
    private readonly int _columns, _blockRows, _blockVectors;

    private MatMulEmitter(CpuSchedule schedule, MatMul product, ProductSum sum, int strideA, int strideB, int strideC)
    {
        _target = schedule.Target;
        _product = product;
        _sum = sum;
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
    public static string Name(MatMul product, ProductSum sum = ProductSum.Plain)
    {
        var (rows, inner) = product.TransposeA ? (product.A.Columns, product.A.Rows) : (product.A.Rows, product.A.Columns);
        var kind = product.Structure switch
        {
            Structure.LowerTarget => "Lower",
            Structure.LowerLeft => "OfLower",
            _ => "",
        };
        var added = sum switch
        {
            ProductSum.Plain => product.Accumulate ? "Add" : "",
            ProductSum.Grouped => "AddGrouped",
            ProductSum.Compensated => "AddCompensated",
            _ => throw new ArgumentOutOfRangeException(nameof(sum)),
        };
        return added + (product.TransposeA ? "Transposed" : "") + "Product" + kind
            + $"_{Size(rows)}x{Size(inner)}x{Size(product.Target.Columns)}";
    }

    private static string Size(Dim dim) => dim.IsTokens ? "t" : dim.Size.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>
    /// Emits the method. It takes references to A, B and C, then `rows` if the rows are tokens, `inner` if the inner axis is, and `diagonal`,
    /// the position of the first row, if the product is triangular. A <see cref="ProductSum"/> with a second matrix takes it after C.
    /// </summary>
    public static string Emit(
        CpuSchedule schedule, MatMul product, string name, int strideA, int strideB, int strideC, ProductSum sum = ProductSum.Plain)
    {
        var emitter = new MatMulEmitter(schedule, product, sum, strideA, strideB, strideC);
        emitter.Method(name);
        return emitter._writer.ToString();
    }

    private void Method(string name)
    {
        var second = _sum switch
        {
            ProductSum.Plain => null,
            ProductSum.Grouped => "group",
            ProductSum.Compensated => "rest",
            _ => throw new ArgumentOutOfRangeException(nameof(_sum)),
        };
        var parameters = "ref float a, ref float b, ref float c" + (second is null ? "" : $", ref float {second}")
            + (_sum == ProductSum.Grouped ? ", bool isGrouped" : "") + (_fixedRows is null ? ", int rows" : "") + (_fixedInner is null ? ", int inner" : "")
            + (_product.Structure == Structure.Full ? "" : ", int diagonal");
        var (rows, inner) = _product.TransposeA ? (_product.A.Columns, _product.A.Rows) : (_product.A.Rows, _product.A.Columns);
        var (a, b) = ($"[{Size(rows)} × {Size(inner)}]", $"[{Size(inner)} × {Size(_product.Target.Columns)}]");
        var triangle = _product.Structure switch
        {
            Structure.LowerTarget => ", lower triangle of c",
            Structure.LowerLeft => ", a lower triangular",
            _ => "",
        };
        var targets = _sum switch
        {
            ProductSum.Plain => _product.Accumulate ? "c +=" : "c =",
            ProductSum.Grouped => "c, and group where asked for, +=",
            ProductSum.Compensated => "c + rest +=",
            _ => throw new ArgumentOutOfRangeException(nameof(_sum)),
        };
        _writer.Line($"// {targets} a{(_product.TransposeA ? "ᵀ" : "")} · b: {a} · {b}{triangle}; blocks of {_blockRows} × {_blockVectors * _target.Lanes}.");
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
                if (_product is not { TransposeB: true, B: Parameter })
                {
                    Block(_blockRows, vectors);
                }
                else
                {
                    // The projections of a token or two, at the end or alone, would cost as much as those of a whole block.
                    using (_writer.Block($"if (rows - i <= {FewRows})"))
                    {
                        Block(FewRows, vectors);
                    }

                    using (_writer.Block("else"))
                    {
                        Block(_blockRows, vectors);
                    }
                }
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
        if (_sum != ProductSum.Plain)
        {
            _writer.Line($"ref var second = ref _Unsafe.Add(ref {(_sum == ProductSum.Grouped ? "group" : "rest")}, (i * {_strideC}) + j);");
        }

        if (_fixedInner is { } summands && summands > MatMul.MostSummands)
        {
            Parts(rows, vectors, summands);
            return;
        }

        var inner = _fixedInner is { } count ? Text(count) : "inner";
        if (_product.Structure == Structure.LowerLeft)
        {
            _writer.Line($"var last = global::System.Math.Min(inner, diagonal + (int)i + {rows});");
            inner = "last";
        }

        Part(rows, vectors, inner, _product.Accumulate);
    }

    /// <summary>A long sum in parts, since its rounding grows with the number of summands where those have one sign.</summary>
    private void Parts(int rows, int vectors, int inner)
    {
        if (!_product.Accumulate)
        {
            ForBlock(rows, vectors, (r, v) => $"{_target.Simd}.StoreUnsafe({_target.Floats}.Zero, {Element("cc", r, v)});");
        }

        _writer.Line($"// {Text(inner)} summands in parts of {Text(MatMul.MostSummands)}.");
        using (_writer.Block($"for (nint part = 0; part < {Text(inner)}; part += {Text(MatMul.MostSummands)})"))
        {
            var whole = inner % MatMul.MostSummands == 0;
            if (!whole)
            {
                _writer.Line($"var summands = global::System.Math.Min({Text(MatMul.MostSummands)}, {Text(inner)} - part);");
            }

            Part(rows, vectors, whole ? Text(MatMul.MostSummands) : "summands", adds: true);
        }
    }

    /// <summary>The sum of the next summands, stored or added.</summary>
    private void Part(int rows, int vectors, string inner, bool adds)
    {
        var (lanes, simd) = (_target.Lanes, _target.Simd);
        ForBlock(rows, vectors, (r, v) => $"var c{r}_{v} = {_target.Floats}.Zero;");

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

        string Value(int r, int v)
        {
            var value = $"c{r}_{v}";
            if (_product.Structure == Structure.LowerTarget)
            {
                var limit = $"{simd}.Create(limit {(r < v * lanes ? "-" : "+")} {System.Math.Abs(r - (v * lanes))})";
                value = $"{simd}.ConditionalSelect({simd}.LessThanOrEqual({_target.Floats}.Indices, {limit}), {value}, {_target.Floats}.Zero)";
            }

            return value;
        }

        string Stored(string to, int r, int v) =>
            $"{simd}.StoreUnsafe({(adds ? $"{simd}.LoadUnsafe({Element(to, r, v)}) + {Value(r, v)}" : Value(r, v))}, {Element(to, r, v)});";
        ForBlock(rows, vectors, (r, v) => _sum == ProductSum.Compensated
            ? $"_CompensatedSums.Add({Element("cc", r, v)}, {Element("second", r, v)}, {Value(r, v)});"
            : Stored("cc", r, v));
        if (_sum == ProductSum.Grouped)
        {
            using (_writer.Block("if (isGrouped)"))
            {
                ForBlock(rows, vectors, (r, v) => Stored("second", r, v));
            }
        }
    }

    private string Element(string block, int r, int v) => $"ref _Unsafe.Add(ref {block}, {Text((r * _strideC) + (v * _target.Lanes))})";

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void ForBlock(int rows, int vectors, System.Func<int, int, string> line)
    {
        for (var r = 0; r < rows; r++)
        {
            _writer.Line(string.Join(" ", Enumerable.Range(0, vectors).Select(v => line(r, v))));
        }
    }
}
