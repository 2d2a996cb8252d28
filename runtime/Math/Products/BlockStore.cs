using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>What becomes of the sums of a register block.</summary>
internal interface IBlockStore
{
    /// <param name="sum">The sums.</param>
    /// <param name="column">Of the first lane, less the row, both in the block: constants where the block is compiled.</param>
    /// <param name="to">Where they belong in the target.</param>
    /// <param name="second">The same place in the second matrix, where there is one.</param>
    /// <typeparam name="TVector">The platform's vector.</typeparam>
    /// <typeparam name="TLanes">What can be done with it.</typeparam>
    void Store<TVector, TLanes>(TVector sum, int column, ref float to, ref float second)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>;
}

/// <summary>c = sum.</summary>
internal readonly struct Write : IBlockStore
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TVector, TLanes>(TVector sum, int column, ref float to, ref float second)
        where TVector : struct
        where TLanes : struct, ILanes<TVector> =>
        TLanes.Store(sum, ref to);
}

/// <summary>c += sum.</summary>
internal readonly struct Add : IBlockStore
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TVector, TLanes>(TVector sum, int column, ref float to, ref float second)
        where TVector : struct
        where TLanes : struct, ILanes<TVector> =>
        TLanes.Store(TLanes.Add(TLanes.Load(ref to), sum), ref to);
}

/// <summary>c += sum, and so does the second matrix.</summary>
internal readonly struct AddToBoth : IBlockStore
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TVector, TLanes>(TVector sum, int column, ref float to, ref float second)
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        TLanes.Store(TLanes.Add(TLanes.Load(ref to), sum), ref to);
        TLanes.Store(TLanes.Add(TLanes.Load(ref second), sum), ref second);
    }
}

/// <summary>c += sum in twice the precision; the second matrix keeps the rests.</summary>
internal readonly struct AddCompensated : IBlockStore
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TVector, TLanes>(TVector sum, int column, ref float to, ref float second)
        where TVector : struct
        where TLanes : struct, ILanes<TVector> =>
        CompensatedSums.Add<TVector, TLanes>(ref to, ref second, sum);
}

/// <summary>c = sum where the column is at most a limit that grows with the row, 0 elsewhere.</summary>
internal readonly struct WriteLower(float limit) : IBlockStore
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<TVector, TLanes>(TVector sum, int column, ref float to, ref float second)
        where TVector : struct
        where TLanes : struct, ILanes<TVector> =>
        TLanes.Store(TLanes.Select(TLanes.LessOrEqual(TLanes.Indices, TLanes.Create(limit - column)), sum, default), ref to);
}
