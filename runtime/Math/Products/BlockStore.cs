using System.Runtime.CompilerServices;

namespace KernelGen.CompilerServices;

/// <summary>What becomes of the sums of a register block.</summary>
/// <typeparam name="TVector">The vector.</typeparam>
internal interface IBlockStore<TVector>
    where TVector : struct, IVector<TVector>
{
    /// <param name="sum">The sums.</param>
    /// <param name="column">Of the first lane, less the row, both in the block: constants where the block is compiled.</param>
    /// <param name="to">Where they belong in the target.</param>
    /// <param name="second">The same place in the second matrix, where there is one.</param>
    void Store(TVector sum, int column, ref float to, ref float second);
}

/// <summary>c = sum.</summary>
internal readonly struct Write<TVector> : IBlockStore<TVector>
    where TVector : struct, IVector<TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(TVector sum, int column, ref float to, ref float second) => TVector.Store(sum, ref to);
}

/// <summary>c += sum.</summary>
internal readonly struct Add<TVector> : IBlockStore<TVector>
    where TVector : struct, IVector<TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(TVector sum, int column, ref float to, ref float second) => TVector.Store(TVector.Load(ref to) + sum, ref to);
}

/// <summary>c += sum, and so does the second matrix.</summary>
internal readonly struct AddToBoth<TVector> : IBlockStore<TVector>
    where TVector : struct, IVector<TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(TVector sum, int column, ref float to, ref float second)
    {
        TVector.Store(TVector.Load(ref to) + sum, ref to);
        TVector.Store(TVector.Load(ref second) + sum, ref second);
    }
}

/// <summary>c += sum in twice the precision; the second matrix keeps the rests.</summary>
internal readonly struct AddCompensated<TVector> : IBlockStore<TVector>
    where TVector : struct, IVector<TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(TVector sum, int column, ref float to, ref float second) => CompensatedSums.Add(ref to, ref second, sum);
}

/// <summary>c = sum where the column is at most a limit that grows with the row, 0 elsewhere.</summary>
internal readonly struct WriteLower<TVector>(float limit) : IBlockStore<TVector>
    where TVector : struct, IVector<TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(TVector sum, int column, ref float to, ref float second) =>
        TVector.Store(TVector.Select(TVector.LessOrEqual(TVector.Indices, TVector.Create(limit - column)), sum, TVector.Zero), ref to);
}
