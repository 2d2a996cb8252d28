using System.Globalization;
using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>
/// Emits products whose left operand is a row or two, as decoding has them: each number of the right operand is used once or twice, so it is
/// the loads that cost. It is read once, in the order of its memory, into as many accumulators as hide the latency of a multiply-add.
/// </summary>
internal sealed class RowProductEmitter
{
    /// <summary>Rows of the right operand that <see cref="Dots"/> goes through side by side.</summary>
    public const int DotRows = 4;

    private readonly CpuSchedule _schedule;
    private readonly CpuTarget _target;
    private readonly MatMul _product;
    private readonly int _strideA, _strideB, _strideC;
    private readonly SourceWriter _writer = new();

    private RowProductEmitter(CpuSchedule schedule, MatMul product, int strideA, int strideB, int strideC)
    {
        _schedule = schedule;
        _target = schedule.Target;
        _product = product;
        (_strideA, _strideB, _strideC) = (strideA, strideB, strideC);
    }

    /// <summary>Accumulators at a time: twice what hides the latency of two multiply-adds a cycle, or what half the registers hold.</summary>
    private int Accumulators => _target.Bits == 512 ? 16 : 8;

    /// <summary>
    /// c (+)= a · B for B with the columns of c side by side. The method takes references to a, B and c, then `inner` if the inner axis is tokens.
    /// </summary>
    public static string Emit(CpuSchedule schedule, MatMul product, string name, int rows, int strideA, int strideB, int strideC)
    {
        var emitter = new RowProductEmitter(schedule, product, strideA, strideB, strideC);
        emitter.Method(name, rows);
        return emitter._writer.ToString();
    }

    /// <summary>
    /// c = a · Bᵀ for one row a and B with its rows side by side, a dot product each. The method takes references to a, B and c, and the `rows` of B; it
    /// reads on to the next multiple of <see cref="DotRows"/>, and writes as many numbers.
    /// </summary>
    public static string EmitDots(CpuSchedule schedule, MatMul product, string name, int strideB)
    {
        var emitter = new RowProductEmitter(schedule, product, 0, strideB, 0);
        emitter.Dots(name);
        return emitter._writer.ToString();
    }

    private void Method(string name, int rows)
    {
        // Between segments lies padding, which is zero in both operands.
        var axis = _product.A.Columns;
        int? inner = axis.IsTokens ? null : axis.Segments == 1 ? axis.Size : _schedule.Padded(axis);
        var columns = _schedule.Padded(_product.Target.Columns);
        Head($"c {(_product.Accumulate ? "+=" : "=")} a · {_product.B}{(_product.TransposeB ? "ᵀ" : "")}: {(rows == 1 ? "a row" : $"{rows} rows")} of {_product.Target.Columns}.");
        using (_writer.Block($"private static void {name}(ref float a, ref float b, ref float c{(inner is null ? ", int inner" : "")})"))
        {
            var most = Accumulators / rows;
            var vectors = Math.Min(most, columns / _target.Lanes);
            var panel = vectors * _target.Lanes;
            var whole = columns / panel * panel;
            if (whole > panel)
            {
                using (_writer.Block($"for (nint j = 0; j < {Text(whole)}; j += {Text(panel)})"))
                {
                    Panel(rows, vectors, inner);
                }
            }
            else
            {
                using (_writer.Block())
                {
                    _writer.Line("const int j = 0;");
                    Panel(rows, vectors, inner);
                }
            }

            if (whole < columns)
            {
                using (_writer.Block())
                {
                    _writer.Line($"const int j = {Text(whole)};");
                    Panel(rows, (columns - whole) / _target.Lanes, inner);
                }
            }
        }
    }

    private void Panel(int rows, int vectors, int? inner)
    {
        // Where the columns are few, several rows of B at a time keep as many sums going.
        var unrolled = Math.Max(1, Math.Min(Accumulators / (rows * vectors), inner ?? 4));
        _writer.Line("ref var aa = ref a;");
        _writer.Line("ref var bb = ref _Unsafe.Add(ref b, j);");
        var part = unrolled * MatMul.MostSummands;
        if (inner <= part || inner is null)
        {
            Zeros(rows, vectors, unrolled);
            Sum(rows, vectors, unrolled, inner);
            Store(rows, vectors, unrolled, _product.Accumulate);
            return;
        }

        // A long sum in parts, since its rounding grows with the number of summands where those have one sign.
        var whole = inner.Value / part * part;
        if (!_product.Accumulate)
        {
            for (var r = 0; r < rows; r++)
            {
                _writer.Line(string.Join(" ", Enumerable.Range(0, vectors).Select(v => $"{_target.Simd}.StoreUnsafe({_target.Floats}.Zero, {Element(r, v)});")));
            }
        }

        using (_writer.Block($"for (nint part = 0; part < {Text(whole)}; part += {Text(part)})"))
        {
            Zeros(rows, vectors, unrolled);
            Sum(rows, vectors, unrolled, part);
            Store(rows, vectors, unrolled, adds: true);
        }

        if (whole < inner)
        {
            using (_writer.Block())
            {
                Zeros(rows, vectors, unrolled);
                Sum(rows, vectors, unrolled, inner - whole);
                Store(rows, vectors, unrolled, adds: true);
            }
        }
    }

    private void Zeros(int rows, int vectors, int unrolled)
    {
        for (var u = 0; u < unrolled; u++)
        {
            for (var r = 0; r < rows; r++)
            {
                _writer.Line(string.Join(" ", Enumerable.Range(0, vectors).Select(v => $"var c{r}_{v}_{u} = {_target.Floats}.Zero;")));
            }
        }
    }

    private void Sum(int rows, int vectors, int unrolled, int? inner)
    {
        if (inner is { } count)
        {
            var whole = count / unrolled * unrolled;
            using (_writer.Block($"for (nint k = 0; k < {Text(whole)}; k += {Text(unrolled)})"))
            {
                Steps(rows, vectors, unrolled);
            }

            if (whole < count)
            {
                using (_writer.Block())
                {
                    Steps(rows, vectors, count - whole);
                }
            }
        }
        else
        {
            _writer.Line("nint k = 0;");
            if (unrolled > 1)
            {
                using (_writer.Block($"for (; k + {Text(unrolled)} <= inner; k += {Text(unrolled)})"))
                {
                    Steps(rows, vectors, unrolled);
                }
            }

            using (_writer.Block("for (; k < inner; k++)"))
            {
                Steps(rows, vectors, 1);
            }
        }

    }

    private void Store(int rows, int vectors, int unrolled, bool adds)
    {
        for (var r = 0; r < rows; r++)
        {
            for (var v = 0; v < vectors; v++)
            {
                var sum = Tree(Enumerable.Range(0, unrolled).Select(u => $"c{r}_{v}_{u}").ToArray());
                _writer.Line($"{_target.Simd}.StoreUnsafe({(adds ? $"{_target.Simd}.LoadUnsafe({Element(r, v)}) + {sum}" : sum)}, {Element(r, v)});");
            }
        }
    }

    private string Element(int r, int v) => $"ref _Unsafe.Add(ref c, j + {Text((r * _strideC) + (v * _target.Lanes))})";

    private void Steps(int rows, int vectors, int count)
    {
        for (var u = 0; u < count; u++)
        {
            // One row of a leaves each vector of B to the multiply-add as its memory operand; two share it in a register.
            string Vector(int v) => $"{_target.Simd}.LoadUnsafe(ref _Unsafe.Add(ref bb, {Text((u * _strideB) + (v * _target.Lanes))}))";
            for (var r = 0; r < rows; r++)
            {
                _writer.Line($"var a{r}_{u} = {_target.Simd}.Create(_Unsafe.Add(ref aa, {Text((r * _strideA) + u)}));");
            }

            for (var v = 0; v < vectors; v++)
            {
                if (rows > 1)
                {
                    _writer.Line($"var b{v}_{u} = {Vector(v)};");
                }

                for (var r = 0; r < rows; r++)
                {
                    var b = rows > 1 ? $"b{v}_{u}" : Vector(v);
                    _writer.Line($"c{r}_{v}_{u} = {_target.Simd}.{_target.MultiplyAdd}(a{r}_{u}, {b}, c{r}_{v}_{u});");
                }
            }
        }

        _writer.Line($"aa = ref _Unsafe.Add(ref aa, {Text(count)});");
        _writer.Line($"bb = ref _Unsafe.Add(ref bb, {Text(count * _strideB)});");
    }

    private void Dots(string name)
    {
        var lanes = _target.Lanes;
        var inner = _schedule.Padded(_product.A.Columns);
        var unrolled = inner % (2 * lanes) == 0 || inner > MatMul.MostSummands * lanes ? 2 : 1;
        var whole = inner / (unrolled * lanes) * unrolled * lanes;
        Head($"c = a · {_product.B}ᵀ: a dot product for each of the rows.");
        using (_writer.Block($"private static void {name}(ref float a, ref float b, ref float c, int rows)"))
        using (_writer.Block($"for (nint i = 0; i < rows; i += {Text(DotRows)})"))
        {
            _writer.Line($"ref var bb = ref _Unsafe.Add(ref b, i * {Text(_strideB)});");
            for (var u = 0; u < unrolled; u++)
            {
                _writer.Line(string.Join(" ", Enumerable.Range(0, DotRows).Select(r => $"var c{r}_{u} = {_target.Floats}.Zero;")));
            }

            using (_writer.Block($"for (nint k = 0; k < {Text(whole)}; k += {Text(unrolled * lanes)})"))
            {
                DotSteps(unrolled);
            }

            if (whole < inner)
            {
                using (_writer.Block())
                {
                    _writer.Line($"const int k = {Text(whole)};");
                    DotSteps(1);
                }
            }

            for (var r = 0; r < DotRows; r++)
            {
                _writer.Line($"_Unsafe.Add(ref c, i + {Text(r)}) = _VectorMath.Sum({Tree(Enumerable.Range(0, unrolled).Select(u => $"c{r}_{u}").ToArray())});");
            }
        }
    }

    private void DotSteps(int unrolled)
    {
        for (var u = 0; u < unrolled; u++)
        {
            _writer.Line($"var a{u} = {_target.Simd}.LoadUnsafe(ref _Unsafe.Add(ref a, k + {Text(u * _target.Lanes)}));");
            for (var r = 0; r < DotRows; r++)
            {
                var offset = (r * _strideB) + (u * _target.Lanes);
                _writer.Line(
                    $"c{r}_{u} = {_target.Simd}.{_target.MultiplyAdd}(a{u}, {_target.Simd}.LoadUnsafe(ref _Unsafe.Add(ref bb, k + {Text(offset)})), c{r}_{u});");
            }
        }
    }

    private void Head(string comment)
    {
        _writer.Line("// " + comment);
        _writer.Line("[_MethodImpl(_MethodImplOptions.AggressiveOptimization)]");
    }

    /// <summary>A sum in pairs.</summary>
    private static string Tree(IReadOnlyList<string> terms) =>
        terms.Count == 1 ? terms[0] : $"({Tree(terms.Take(terms.Count / 2).ToArray())} + {Tree(terms.Skip(terms.Count / 2).ToArray())})";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
