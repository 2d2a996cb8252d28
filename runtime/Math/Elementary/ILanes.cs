namespace KernelGen.CompilerServices;

/// <summary>
/// What <see cref="Elementary{TVector, TLanes}"/> and products need of a vector of floats; a mask is a vector whose lanes are all
/// ones or all zeros.
/// </summary>
/// <remarks>Each member is one or two instructions. The widths differ in these and in nothing else, so they give the same bits.</remarks>
internal interface ILanes<TVector>
    where TVector : struct
{
    /// <summary>Lanes of the vector.</summary>
    static abstract int Count { get; }

    /// <summary>Whether <see cref="MultiplyAdd"/> rounds once. Constant for the JIT.</summary>
    static abstract bool Fused { get; }

    /// <summary>Whether <see cref="Mantissa"/> and <see cref="Exponent"/> may be called. Constant for the JIT.</summary>
    static abstract bool SplitsNumbers { get; }

    static abstract TVector Create(float value);

    /// <summary>The numbers from a place on.</summary>
    static abstract TVector Load(ref float from);

    /// <summary>Writes the numbers to a place.</summary>
    static abstract void Store(TVector v, ref float to);

    /// <summary>0, 1, 2, …</summary>
    static abstract TVector Indices { get; }

    /// <summary>The sum of the lanes, in pairs.</summary>
    static abstract float Sum(TVector v);

    static abstract float Lane(TVector v, int index);

    static abstract TVector WithLane(TVector v, int index, float value);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    static abstract TVector And(TVector a, TVector b);

    static abstract TVector Or(TVector a, TVector b);

    static abstract TVector Xor(TVector a, TVector b);

    /// <summary>a·b + c.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Abs(TVector v);

    static abstract TVector Floor(TVector v);

    /// <summary>The lesser of a number and a limit; NaN where <paramref name="v"/> is.</summary>
    static abstract TVector AtMost(float limit, TVector v);

    static abstract TVector Less(TVector a, TVector b);

    static abstract TVector LessOrEqual(TVector a, TVector b);

    static abstract TVector Equal(TVector a, TVector b);

    static abstract TVector Select(TVector mask, TVector a, TVector b);

    static abstract bool AnyLess(TVector a, TVector b);

    /// <summary>Whether a lane is below the one bound or above the other or NaN.</summary>
    static abstract bool AnyOutside(TVector v, float least, float most);

    /// <summary>p·2^n for whole n from −126 to 128, exactly 0 where <paramref name="x"/> is below a bound; p·2^128 is infinite.</summary>
    static abstract TVector ScaleUnlessBelow(TVector p, TVector n, TVector x, float bound);

    /// <summary>The bits of each lane moved up.</summary>
    static abstract TVector ShiftLeft(TVector v, int count);

    /// <summary>The exponent e with ¾·2^e ≤ v &lt; 3/2·2^e as an integer in each lane; v is positive and normal.</summary>
    static abstract TVector ExponentBits(TVector v);

    /// <summary>v·2^−e for e from <see cref="ExponentBits"/>.</summary>
    static abstract TVector Unscale(TVector v, TVector exponentBits);

    /// <summary>The integers in the lanes as floats.</summary>
    static abstract TVector ToFloat(TVector integers);

    /// <summary>m with |v| = m·2^e and ¾ ≤ m &lt; 3/2, also for subnormal v; 1 for ±0 and +∞, NaN for v &lt; 0 and for NaN.</summary>
    static abstract TVector Mantissa(TVector v);

    /// <summary>⌊log2 |v|⌋, −∞ for ±0, +∞ for ±∞.</summary>
    static abstract TVector Exponent(TVector v);
}
