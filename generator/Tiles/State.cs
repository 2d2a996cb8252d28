namespace KernelGen.Generator.Tiles;

/// <summary>
/// What a fold carries from tile to tile: sums over the tokens seen, each row r of them kept relative to a reference c_r, so that
/// Σ 2^l is held as 2^c · Σ 2^(l−c) and neither overflows nor vanishes. Raising a reference rescales its row ("rebase"). States of
/// disjoint tokens merge associatively: the references by maximum, the rest by rescaling and adding. Without a reference they just add.
/// </summary>
internal sealed class State
{
    /// <summary>Where a reference starts: below any logarithm met in practice, yet finite, since −∞ − (−∞) is NaN.</summary>
    public const double UnsetReference = -1e30;

    private readonly List<StateMember> _members = new();

    public State(string name, Dim axis)
    {
        Name = name;
        Axis = axis;
    }

    public string Name { get; }

    /// <summary>The axis along which references differ: each member has it as its rows or as its columns.</summary>
    public Dim Axis { get; }

    /// <summary>The references c, a vector along <see cref="Axis"/>, or null.</summary>
    public StateMember? Reference { get; private set; }

    /// <summary>All members, the reference first if there is one.</summary>
    public IReadOnlyList<StateMember> Members => _members;

    public StateMember AddReference(string name, bool asRow)
    {
        Reference = asRow
            ? new StateMember(this, name, Dim.One, Axis, UnsetReference)
            : new StateMember(this, name, Axis, Dim.One, UnsetReference);
        _members.Insert(0, Reference);
        return Reference;
    }

    /// <summary>A vector of sums along <see cref="Axis"/>.</summary>
    public StateMember AddVector(string name, bool asRow) =>
        Add(asRow ? new StateMember(this, name, Dim.One, Axis, 0) : new StateMember(this, name, Axis, Dim.One, 0));

    /// <summary>A matrix of sums, <see cref="Axis"/> by <paramref name="columns"/>.</summary>
    public StateMember AddMatrix(string name, Dim columns) => Add(new StateMember(this, name, Axis, columns, 0));

    /// <summary>A matrix of sums, <paramref name="rows"/> by <see cref="Axis"/>.</summary>
    public StateMember AddTransposedMatrix(string name, Dim rows) => Add(new StateMember(this, name, rows, Axis, 0));

    private StateMember Add(StateMember member)
    {
        _members.Add(member);
        return member;
    }
}
