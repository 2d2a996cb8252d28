namespace KernelGen.Generator.Tiles;

/// <summary>
/// One axis of a tile. A fixed axis has its size in the program; a token axis belongs to a loop over tokens, and the schedule chooses
/// how many tokens a tile of it holds (the last tile of a range may hold fewer). A band lies between two token axes.
/// </summary>
internal sealed class Dim
{
    private Dim(string name, int size, int segments)
    {
        Name = name;
        Size = size;
        Segments = segments;
    }

    /// <summary>The axis of a vector that has only one element along it.</summary>
    public static Dim One { get; } = new("1", 1, 1);

    /// <summary>A short name in the notation of the paper, unique in a program.</summary>
    public string Name { get; }

    /// <summary>Elements of a fixed axis; 0 for tokens.</summary>
    public int Size { get; }

    /// <summary>
    /// Equal parts that the axis is made of, each the outcome of one branch of a feature map. A backend may pad each part on its own.
    /// </summary>
    public int Segments { get; }

    public bool IsTokens => Size == 0;

    /// <summary>
    /// The axes whose differences of positions a band has an element for; null: it is none. Tiles of n rows and m columns have n + m − 1
    /// differences, from that of the last row and the first column down to that of the first row and the last column.
    /// </summary>
    public (Dim Rows, Dim Columns)? Between { get; private init; }

    /// <summary>The band of two token axes, of which the rows are queries.</summary>
    public static Dim Band(string name, Dim rows, Dim columns) => new(name, 0, 1) { Between = (rows, columns) };

    public static Dim Fixed(string name, int size, int segments = 1) => new(name, size, segments);

    public static Dim Tokens(string name) => new(name, 0, 1);

    public override string ToString() => Name;
}
