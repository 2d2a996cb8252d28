using KernelGen.Generator.Text;
using KernelGen.Generator.Tiles;

namespace KernelGen.Generator.Backends.Ilgpu;

/// <summary>
/// Prints products for tensor cores: a warp multiplies tiles of 16 × 8 × 8 together, each thread holding fragments of the operands and of
/// the sums.
/// </summary>
/// <remarks>
/// What a fragment is made of is fixed (PTX ISA, mma.m16n8k8): thread 4q + p of a warp, q its quad and p its place in it, has rows q and
/// q + 8 of the left operand, column q of the right one, k = p and p + 4 of both, and columns 2p and 2p + 1 of the sum. Which row, column
/// or k of a matrix stands at such a place is free, as long as both operands agree on k. So the places are dealt out such that a thread's
/// numbers lie side by side: its rows are consecutive ones, its columns are, and it takes four consecutive k for two multiplications. Then
/// operands come in loads of 128 bits, and of their eight threads a phase (two quads) those of a quad read 16 consecutive floats where k
/// runs along the rows, which at strides that are multiples of 32 floats is a bank conflict of two. In order, the same fragments are loads
/// of 32 bits with a conflict of eight. Where k runs across the rows, the four threads of a quad meet in the same banks either way; strides
/// of 8 more than a multiple of 32 would mend that and cost the other case and memory.
/// </remarks>
internal sealed class TensorEmitter(SourceWriter writer, DeviceFunctions functions)
{
    /// <summary>k of a step: four for each thread of a quad.</summary>
    public const int Step = 16;

    private static readonly string[] Lanes = ["X", "Y", "Z", "W"];

    /// <summary>The condition under which the text of this emitter runs; the else-branch is the text of register blocks.</summary>
    public static string IsSupported => "_CudaAsm.IsSupported";

    /// <summary>Names the thread's place in its warp.</summary>
    public void Prologue()
    {
        writer.Line("var warp = thread / 32;");
        writer.Line("var quad = thread % 32 / 4;");
        writer.Line("var inQuad = thread % 4;");
    }

    /// <summary>Sums of a block, all zero.</summary>
    public void DeclareSums(WarpBlock block, string sum) => Tiles(block, (i, j) => $"var {sum}{i}_{j} = new _Float4(0f, 0f, 0f, 0f);");

    /// <summary>Sums of a block plus those of another.</summary>
    public void AddSums(WarpBlock block, string sum, string other) =>
        Tiles(block, (i, j) => $"{sum}{i}_{j} = {sum}{i}_{j}.Plus({string.Join(", ", Lanes.Select(lane => $"{other}{i}_{j}.{lane}"))});");

    /// <summary>Multiplies the rows of a block, or its columns, by factors; those past the last are zero, and have no factor.</summary>
    /// <param name="first">The variable with the first row or column of the block.</param>
    /// <param name="size">Rows or columns that have a factor.</param>
    public void ScaleSums(WarpBlock block, string sum, string first, int size, Place factors, bool byColumn)
    {
        var (slots, step) = byColumn ? (2 * block.ColumnTiles, block.Columns) : (2 * block.RowTiles, block.Rows);
        for (var slot = 0; slot < slots; slot++)
        {
            var index = byColumn ? $"{first} + (inQuad * {slots}){Plus(slot)}" : Row(block, first, slot);
            writer.Line($"var f{slot} = {(size % step == 0 ? "" : $"{index} >= {size} ? 0f : ")}{factors.Element("0", index)};");
        }

        Tiles(block, (i, j) =>
        {
            var t = $"{sum}{i}_{j}";
            var (x, y, z, w) = byColumn ? (j, j + block.ColumnTiles, j, j + block.ColumnTiles) : (2 * i, 2 * i, (2 * i) + 1, (2 * i) + 1);
            return $"{t} = new _Float4({t}.X * f{x}, {t}.Y * f{y}, {t}.Z * f{z}, {t}.W * f{w});";
        });
    }

    /// <summary>
    /// Adds a product to the sums of a block, whose first row and column are variables. All threads of a warp must come here together.
    /// </summary>
    /// <param name="product">The product.</param>
    /// <param name="a">Where its left operand lies.</param>
    /// <param name="b">Where its right operand lies.</param>
    /// <param name="block">The block.</param>
    /// <param name="row">The variable with its first row.</param>
    /// <param name="column">The variable with its first column.</param>
    /// <param name="rows">Rows of the target.</param>
    /// <param name="columns">Columns of the target.</param>
    /// <param name="count">The numbers that are summed: a constant or a variable.</param>
    /// <param name="padded">As many as there are at most, padded to four.</param>
    /// <param name="sum">The name of the sums.</param>
    /// <param name="isExponent">Whether the sums are arguments of exponentials, which make an absolute error a relative one.</param>
    /// <param name="start">The variable with the first of the numbers, of which there are whole steps; null: 0.</param>
    public void Accumulate(
        MatMul product, Place a, Place b, WarpBlock block, string row, string column, int rows, int columns, string count, int padded,
        string sum, bool isExponent, string? start = null)
    {
        var left = new Operand("a", a, InnerAlongRow: !product.TransposeA, Slots: 2 * block.RowTiles);
        var right = new Operand("b", b, InnerAlongRow: product.TransposeB, Slots: block.ColumnTiles);
        Locate(left, row, rows);
        Locate(right, column, columns);
        if (start is not null)
        {
            using (writer.Block($"for (var k = {start}; k < {start} + {count}; k += {Step})"))
            {
                PrintStep("k", null);
            }

            return;
        }

        var known = int.TryParse(count, out var size);
        if (!known || size >= Step)
        {
            using (writer.Block($"for (var k = 0; k <= {count} - {Step}; k += {Step})"))
            {
                PrintStep("k", null);
            }
        }

        if (!known || size % Step != 0)
        {
            // The last numbers, fewer than a step: what is beyond them counts as zero, whatever it is.
            using (writer.Block(known ? null : $"if ({count} % {Step} != 0)"))
            {
                PrintStep(known ? $"{size / Step * Step}" : $"({count} / {Step} * {Step})", count);
            }
        }

        void PrintStep(string first, string? limit)
        {
            writer.Line($"var inner = {(first == "0" ? "" : $"{first} + ")}(inQuad * 4);");
            for (var k = 0; k < 4 && limit is not null; k++)
            {
                writer.Line($"var keep{k} = (uint)((inner + {k} - {limit}) >> 31);");
            }

            Fragments(left, limit, padded, isExponent);
            Fragments(right, limit, padded, isExponent);
            for (var k = 0; k < 4; k += 2)
            {
                // 3xTF32: what rounding took away from one operand times the other, the smaller products first.
                var parts = isExponent ? new[] { ("Rest", ""), ("", "Rest"), ("", "") } : [("", "")];
                foreach (var (ofLeft, ofRight) in parts)
                {
                    Tiles(block, (i, j) =>
                    {
                        string[] fragment =
                        [
                            .. new[] { (2 * i, k), ((2 * i) + 1, k), (2 * i, k + 1), ((2 * i) + 1, k + 1) }
                                .Select(at => $"t{ofLeft}A{at.Item1}_{at.Item2}"),
                            $"t{ofRight}B{j}_{k}", $"t{ofRight}B{j}_{k + 1}",
                        ];
                        return $"{sum}{i}_{j} = {functions.Use("MultiplyTiles", 0)}({sum}{i}_{j}, {string.Join(", ", fragment)});";
                    });
                }
            }
        }
    }

    /// <summary>Writes the sums of a block, or adds them, to where the target lies.</summary>
    public void Store(
        Place target, WarpBlock block, string row, string column, int rows, int columns, string sum, bool accumulate, bool isLower)
    {
        // A thread's columns of the sums: two for each tile, all consecutive.
        var (count, width) = (2 * block.ColumnTiles, Width(2 * block.RowTiles));
        writer.Line($"var toColumn = {column} + (inQuad * {count});");
        for (var slot = 0; slot < 2 * block.RowTiles; slot += width)
        {
            var toRow = $"toRow{slot / width}";
            writer.Line($"var {toRow} = {Row(block, row, slot)};");
            for (var c = 0; c < count; c += 4)
            {
                string[] inside =
                [
                    .. rows % block.Rows == 0 ? [] : new[] { $"{toRow} < {rows}" },
                    .. columns % block.Columns == 0 ? [] : new[] { $"toColumn{Plus(c)} < {columns}" },
                ];
                if (inside.Length == 0)
                {
                    StoreRows(slot, toRow, c);
                    continue;
                }

                using (writer.Block($"if ({string.Join(" && ", inside)})"))
                {
                    StoreRows(slot, toRow, c);
                }
            }
        }

        void StoreRows(int first, string toRow, int c)
        {
            for (var slot = first; slot < first + width; slot++)
            {
                StoreRow(slot, $"{toRow}{Plus(slot - first)}", c);
            }
        }

        void StoreRow(int slot, string toRow, int c)
        {
            var values = Enumerable.Range(c, Math.Min(4, count)).Select(i =>
            {
                var value = $"{sum}{slot / 2}_{i % block.ColumnTiles}.{Lanes[(slot % 2 * 2) + (i / block.ColumnTiles)]}";
                return isLower ? $"toColumn{Plus(i)} <= {toRow} ? {value} : 0f" : value;
            }).ToList();
            if (values.Count == 4)
            {
                var element = target.Four(toRow, $"toColumn{Plus(c)}");
                writer.Line(accumulate
                    ? $"{element} = {element}.Plus({string.Join(", ", values)});"
                    : $"{element} = new _Float4({string.Join(", ", values)});");
                return;
            }

            for (var i = 0; i < values.Count; i++)
            {
                writer.Line($"{target.Element(toRow, $"toColumn{Plus(i)}")} {(accumulate ? "+=" : "=")} {values[i]};");
            }
        }
    }

    private static string Plus(int offset) => offset == 0 ? "" : $" + {offset}";

    /// <summary>How many of a thread's places lie side by side: what one load of four can bring.</summary>
    private static int Width(int slots) => Math.Min(slots, 4);

    /// <summary>A row of the sums of a thread.</summary>
    private static string Row(WarpBlock block, string row, int slot)
    {
        var width = Width(2 * block.RowTiles);
        return $"{row} + (quad * {width}){Plus((slot / width * 8 * width) + (slot % width))}";
    }

    /// <summary>
    /// Names the first of a thread's rows or columns of an operand; past the last they are the last again, and nothing is made of them.
    /// </summary>
    private void Locate(Operand operand, string first, int size)
    {
        var width = Width(operand.Slots);
        for (var slot = 0; slot < operand.Slots; slot += width)
        {
            var place = $"{first} + (quad * {width}){Plus(slot * 8)}";
            var isRagged = size % (8 * operand.Slots) != 0;
            writer.Line($"var {operand.Name}At{slot / width} = {(isRagged ? $"global::ILGPU.IntrinsicMath.Min({place}, {size - width})" : place)};");
        }
    }

    /// <summary>Loads what a thread has of an operand for one step, and rounds it.</summary>
    private void Fragments(Operand operand, string? limit, int padded, bool isExponent)
    {
        var (name, width) = (operand.Name, Width(operand.Slots));
        string Within(string index, string last) => limit is null ? index : $"global::ILGPU.IntrinsicMath.Min({index}, {last})";
        string At(int slot) => $"{name}At{slot / width}{Plus(slot % width)}";
        for (var slot = 0; slot < operand.Slots && operand.InnerAlongRow; slot++)
        {
            writer.Line($"var {name}{slot} = {operand.Place.Four(At(slot), Within("inner", $"{padded - 4}"))};");
        }

        for (var k = 0; k < 4 && !operand.InnerAlongRow; k++)
        {
            var inner = Within($"inner{Plus(k)}", $"{limit} - 1");
            for (var slot = 0; slot < operand.Slots; slot += width == 4 ? 4 : 1)
            {
                writer.Line($"var {name}{k}_{slot} = {(width == 4 ? operand.Place.Four(inner, At(slot)) : operand.Place.Element(inner, At(slot)))};");
            }
        }

        for (var slot = 0; slot < operand.Slots; slot++)
        {
            writer.Line(string.Join(" ", Enumerable.Range(0, 4).SelectMany(k =>
            {
                var value = operand.InnerAlongRow ? $"{name}{slot}.{Lanes[k]}"
                    : width == 4 ? $"{name}{k}_{slot / 4 * 4}.{Lanes[slot % 4]}"
                    : $"{name}{k}_{slot}";
                return new[] { ("", "RoundToTensor"), ("Rest", "RestOfRounding") }.Take(isExponent ? 2 : 1).Select(part =>
                    $"var t{part.Item1}{name.ToUpperInvariant()}{slot}_{k} = {functions.Use(part.Item2, 1)}({value}){(limit is null ? "" : $" & keep{k}")};");
            })));
        }
    }

    private void Tiles(WarpBlock block, Func<int, int, string> text)
    {
        for (var i = 0; i < block.RowTiles; i++)
        {
            writer.Line(string.Join(" ", Enumerable.Range(0, block.ColumnTiles).Select(j => text(i, j))));
        }
    }

    /// <param name="Name">In variables.</param>
    /// <param name="Place">Where it lies.</param>
    /// <param name="InnerAlongRow">Whether the axis that is summed over runs along its rows.</param>
    /// <param name="Slots">Rows or columns of it that a thread has, for each k.</param>
    private sealed record Operand(string Name, Place Place, bool InnerAlongRow, int Slots);
}
