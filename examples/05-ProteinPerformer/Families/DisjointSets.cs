namespace KernelGen.Examples.ProteinPerformer;

/// <summary>
/// Sets that only ever grow together (union-find): Tarjan, "Efficiency of a good but not linear set union algorithm", J. ACM 22 (1975).
/// </summary>
internal sealed class DisjointSets
{
    private readonly int[] _parent;
    private readonly int[] _size;

    /// <summary><paramref name="count"/> sets of one member each.</summary>
    public DisjointSets(int count)
    {
        _parent = [.. Enumerable.Range(0, count)];
        _size = new int[count];
        Array.Fill(_size, 1);
    }

    /// <summary>The member that stands for the set of <paramref name="member"/>.</summary>
    public int Find(int member)
    {
        while (_parent[member] != member)
        {
            // Every other member on the way is hung up one step higher.
            _parent[member] = _parent[_parent[member]];
            member = _parent[member];
        }

        return member;
    }

    /// <summary>Makes one set of the sets of two members.</summary>
    public void Join(int a, int b)
    {
        a = Find(a);
        b = Find(b);
        if (a == b)
        {
            return;
        }

        var (large, small) = _size[a] >= _size[b] ? (a, b) : (b, a);
        _parent[small] = large;
        _size[large] += _size[small];
    }
}
