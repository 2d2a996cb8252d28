namespace KernelGen.Generator.Positions;

/// <summary>A whole number that is known where attention is computed.</summary>
internal enum Place
{
    /// <summary>The position of a query among the keys: queries are the last of them.</summary>
    Query,

    /// <summary>The position of a key.</summary>
    Key,

    /// <summary>The query head.</summary>
    Head,

    /// <summary>How many keys there are.</summary>
    Keys,

    /// <summary>How many of these are no padding.</summary>
    PresentKeys,

    /// <summary>The position of the first query of a tile.</summary>
    FirstQuery,

    /// <summary>The position of the last query of a tile.</summary>
    LastQuery,

    /// <summary>The position of the first key of a tile.</summary>
    FirstKey,

    /// <summary>The position of the last key of a tile.</summary>
    LastKey,
}
