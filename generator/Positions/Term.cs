using KernelGen.Generator.Values;

namespace KernelGen.Generator.Positions;

/// <summary>What a <see cref="WholeNumber"/> adds up: a place, or what is no sum of places.</summary>
/// <param name="Size">How many terms it is made of, itself included.</param>
internal abstract record Term(int Size)
{
    /// <summary>
    /// What the names of arguments that are numbers of tokens begin with: no word of C#, nor anything else in emitted text, does.
    /// </summary>
    public const string ArgumentPrefix = "token";

    /// <summary>The numbers that it is made of.</summary>
    public abstract IReadOnlyList<WholeNumber> Operands { get; }

    public virtual bool IsSurelyNotNegative => false;

    public abstract long Evaluate(Func<Place, long> place, Func<OfToken, long> token);

    public abstract WholeNumber Replace(Func<Place, WholeNumber> replacement);

    public sealed override string ToString() => WholeNumber.Of(this).ToString();

    public abstract T Match<T>(
        Func<At, T> at, Func<Quotient, T> quotient, Func<Remainder, T> remainder, Func<Extremum, T> extremum, Func<Shifted, T> shifted,
        Func<Product, T> product, Func<RemainderBound, T> remainderBound, Func<Table, T> table,
        Func<OfToken, T> ofToken);

    /// <summary>The numbers of tokens that it is made of.</summary>
    public virtual IEnumerable<OfToken> TokenNumbers => Operands.SelectMany(operand => operand.TokenNumbers);

    public virtual bool DependsOn(Place place) => Operands.Any(operand => operand.DependsOn(place));

    /// <summary>A place.</summary>
    public sealed record At(Place Place) : Term(1)
    {
        public override IReadOnlyList<WholeNumber> Operands => [];

        public override bool IsSurelyNotNegative => true;

        public override bool DependsOn(Place place) => place == Place;

        public override long Evaluate(Func<Place, long> place, Func<OfToken, long> token) => place(Place);

        public override WholeNumber Replace(Func<Place, WholeNumber> replacement) => replacement(Place);

        public override T Match<T>(
            Func<At, T> at, Func<Quotient, T> quotient, Func<Remainder, T> remainder, Func<Extremum, T> extremum,
            Func<Shifted, T> shifted, Func<Product, T> product, Func<RemainderBound, T> remainderBound, Func<Table, T> table,
            Func<OfToken, T> ofToken) =>
            at(this);
    }

    /// <summary>A quotient without its rest.</summary>
    /// <param name="Dividend">What is divided.</param>
    /// <param name="Divisor">At least 1.</param>
    /// <param name="IsFloor">Whether it is rounded down, and not towards zero.</param>
    public sealed record Quotient(WholeNumber Dividend, long Divisor, bool IsFloor) : Term(1 + Dividend.Size)
    {
        public override IReadOnlyList<WholeNumber> Operands => [Dividend];

        public override bool IsSurelyNotNegative => Dividend.IsSurelyNotNegative;

        public override long Evaluate(Func<Place, long> place, Func<OfToken, long> token) => IsFloor
            ? WholeNumber.FloorDivide(Dividend.Evaluate(place, token), Divisor)
            : Dividend.Evaluate(place, token) / Divisor;

        public override WholeNumber Replace(Func<Place, WholeNumber> replacement) => IsFloor
            ? Dividend.Replace(replacement).FloorOver(Divisor)
            : Dividend.Replace(replacement) / Divisor;

        public override T Match<T>(
            Func<At, T> at, Func<Quotient, T> quotient, Func<Remainder, T> remainder, Func<Extremum, T> extremum,
            Func<Shifted, T> shifted, Func<Product, T> product, Func<RemainderBound, T> remainderBound, Func<Table, T> table,
            Func<OfToken, T> ofToken) =>
            quotient(this);
    }

    /// <summary>The rest of a division towards zero.</summary>
    /// <param name="Dividend">What is divided.</param>
    /// <param name="Divisor">At least 1, and the same for all pairs of tokens.</param>
    public sealed record Remainder(WholeNumber Dividend, WholeNumber Divisor) : Term(1 + Dividend.Size + Divisor.Size)
    {
        public override IReadOnlyList<WholeNumber> Operands => [Dividend, Divisor];

        public override bool IsSurelyNotNegative => Dividend.IsSurelyNotNegative;

        public override long Evaluate(Func<Place, long> place, Func<OfToken, long> token) => Dividend.Evaluate(place, token) % Divisor.Evaluate(place, token);

        public override WholeNumber Replace(Func<Place, WholeNumber> replacement) =>
            Dividend.Replace(replacement) % Divisor.Replace(replacement);

        public override T Match<T>(
            Func<At, T> at, Func<Quotient, T> quotient, Func<Remainder, T> remainder, Func<Extremum, T> extremum,
            Func<Shifted, T> shifted, Func<Product, T> product, Func<RemainderBound, T> remainderBound, Func<Table, T> table,
            Func<OfToken, T> ofToken) =>
            remainder(this);
    }

    /// <summary>The larger or the smaller number of two.</summary>
    public sealed record Extremum(bool IsMax, WholeNumber Left, WholeNumber Right) : Term(1 + Left.Size + Right.Size)
    {
        public override IReadOnlyList<WholeNumber> Operands => [Left, Right];

        public override bool IsSurelyNotNegative => IsMax
            ? Left.IsSurelyNotNegative || Right.IsSurelyNotNegative || Left == -Right
            : Left.IsSurelyNotNegative && Right.IsSurelyNotNegative;

        public override long Evaluate(Func<Place, long> place, Func<OfToken, long> token)
        {
            var (left, right) = (Left.Evaluate(place, token), Right.Evaluate(place, token));
            return IsMax ? Math.Max(left, right) : Math.Min(left, right);
        }

        public override WholeNumber Replace(Func<Place, WholeNumber> replacement)
        {
            var (left, right) = (Left.Replace(replacement), Right.Replace(replacement));
            return IsMax ? WholeNumber.Max(left, right) : WholeNumber.Min(left, right);
        }

        public override T Match<T>(
            Func<At, T> at, Func<Quotient, T> quotient, Func<Remainder, T> remainder, Func<Extremum, T> extremum,
            Func<Shifted, T> shifted, Func<Product, T> product, Func<RemainderBound, T> remainderBound, Func<Table, T> table,
            Func<OfToken, T> ofToken) =>
            extremum(this);
    }

    /// <summary>A number moved by bits; to the right it is rounded down.</summary>
    public sealed record Shifted(WholeNumber Value, WholeNumber Bits, bool IsLeft) : Term(1 + Value.Size + Bits.Size)
    {
        public override IReadOnlyList<WholeNumber> Operands => [Value, Bits];

        public override bool IsSurelyNotNegative => Value.IsSurelyNotNegative;

        public override long Evaluate(Func<Place, long> place, Func<OfToken, long> token)
        {
            // As C# shifts an int: by the last five bits.
            var (value, bits) = (Value.Evaluate(place, token), (int)(Bits.Evaluate(place, token) & 31));
            return IsLeft ? value << bits : value >> bits;
        }

        public override WholeNumber Replace(Func<Place, WholeNumber> replacement)
        {
            var (value, bits) = (Value.Replace(replacement), Bits.Replace(replacement));
            return IsLeft ? WholeNumber.ShiftLeft(value, bits) : WholeNumber.ShiftRight(value, bits);
        }

        public override T Match<T>(
            Func<At, T> at, Func<Quotient, T> quotient, Func<Remainder, T> remainder, Func<Extremum, T> extremum,
            Func<Shifted, T> shifted, Func<Product, T> product, Func<RemainderBound, T> remainderBound, Func<Table, T> table,
            Func<OfToken, T> ofToken) =>
            shifted(this);
    }

    /// <summary>A product of two numbers that are no constants.</summary>
    public sealed record Product(WholeNumber Left, WholeNumber Right) : Term(1 + Left.Size + Right.Size)
    {
        public override IReadOnlyList<WholeNumber> Operands => [Left, Right];

        public override bool IsSurelyNotNegative => Left == Right || (Left.IsSurelyNotNegative && Right.IsSurelyNotNegative);

        public override long Evaluate(Func<Place, long> place, Func<OfToken, long> token) => Left.Evaluate(place, token) * Right.Evaluate(place, token);

        public override WholeNumber Replace(Func<Place, WholeNumber> replacement) => Left.Replace(replacement) * Right.Replace(replacement);

        public override T Match<T>(
            Func<At, T> at, Func<Quotient, T> quotient, Func<Remainder, T> remainder, Func<Extremum, T> extremum,
            Func<Shifted, T> shifted, Func<Product, T> product, Func<RemainderBound, T> remainderBound, Func<Table, T> table,
            Func<OfToken, T> ofToken) =>
            product(this);
    }

    /// <summary>The least or the largest rest of the numbers from one to another.</summary>
    /// <param name="IsMost">Whether it is the largest.</param>
    /// <param name="From">The first number.</param>
    /// <param name="To">The last number.</param>
    /// <param name="Divisor">At least 1.</param>
    public sealed record RemainderBound(bool IsMost, WholeNumber From, WholeNumber To, WholeNumber Divisor)
        : Term(1 + From.Size + To.Size + Divisor.Size)
    {
        public override IReadOnlyList<WholeNumber> Operands => [From, To, Divisor];

        public override bool IsSurelyNotNegative => From.IsSurelyNotNegative;

        /// <summary>What emitted text calls too, in the runtime's words.</summary>
        public override long Evaluate(Func<Place, long> place, Func<OfToken, long> token)
        {
            var (from, to, divisor) = (From.Evaluate(place, token), To.Evaluate(place, token), Divisor.Evaluate(place, token));

            // A range that passes no multiple has rests in order; one that does may have them all.
            return from / divisor == to / divisor && (from >= 0) == (to >= 0) ? (IsMost ? to : from) % divisor
                : IsMost ? Math.Max(0, Math.Min(to, divisor - 1))
                : Math.Min(0, Math.Max(from, 1 - divisor));
        }

        public override WholeNumber Replace(Func<Place, WholeNumber> replacement) =>
            WholeNumber.Of(new RemainderBound(
                IsMost, From.Replace(replacement), To.Replace(replacement), Divisor.Replace(replacement)));

        public override T Match<T>(
            Func<At, T> at, Func<Quotient, T> quotient, Func<Remainder, T> remainder, Func<Extremum, T> extremum,
            Func<Shifted, T> shifted, Func<Product, T> product, Func<RemainderBound, T> remainderBound, Func<Table, T> table,
            Func<OfToken, T> ofToken) =>
            remainderBound(this);
    }

    /// <summary>A number that a call hands in for each token: that of the query or that of the key.</summary>
    /// <param name="Name">The argument of the call.</param>
    /// <param name="Place"><see cref="Place.Query"/> or <see cref="Place.Key"/>: the token whose number it is.</param>
    public sealed record OfToken(string Name, Place Place) : Term(1)
    {
        /// <summary>The parameter that the user wrote for it.</summary>
        public string Parameter => (Place == Place.Query ? "query" : "key") + Name.Substring(ArgumentPrefix.Length);

        public override IEnumerable<OfToken> TokenNumbers => [this];

        public override IReadOnlyList<WholeNumber> Operands => [];

        public override bool DependsOn(Place place) => place == Place;

        public override long Evaluate(Func<Place, long> place, Func<OfToken, long> token) => token(this);

        public override WholeNumber Replace(Func<Place, WholeNumber> replacement) => WholeNumber.Of(this);

        public override T Match<T>(
            Func<At, T> at, Func<Quotient, T> quotient, Func<Remainder, T> remainder, Func<Extremum, T> extremum,
            Func<Shifted, T> shifted, Func<Product, T> product, Func<RemainderBound, T> remainderBound, Func<Table, T> table,
            Func<OfToken, T> ofToken) =>
            ofToken(this);
    }

    /// <summary>A number of each head, of a layer that is for so many heads.</summary>
    public sealed record Table(EquatableArray<long> Numbers) : Term(1)
    {
        public override IReadOnlyList<WholeNumber> Operands => [];

        public override bool IsSurelyNotNegative => Numbers.All(number => number >= 0);

        public override bool DependsOn(Place place) => place == Place.Head;

        public override long Evaluate(Func<Place, long> place, Func<OfToken, long> token) => Numbers[(int)place(Place.Head)];

        public override WholeNumber Replace(Func<Place, WholeNumber> replacement) => WholeNumber.Of(this);

        public override T Match<T>(
            Func<At, T> at, Func<Quotient, T> quotient, Func<Remainder, T> remainder, Func<Extremum, T> extremum,
            Func<Shifted, T> shifted, Func<Product, T> product, Func<RemainderBound, T> remainderBound, Func<Table, T> table,
            Func<OfToken, T> ofToken) =>
            table(this);
    }
}
