namespace KernelGen.Generator.Tiles;

/// <summary>What is done with a token index of each kind.</summary>
internal interface ITokenIndexCases<out T>
{
    T Of(TokenIndex.Constant constant);

    T Of(TokenIndex.Length length);

    T Of(TokenIndex.Start start);

    T Of(TokenIndex.End end);

    T Of(TokenIndex.Counter counter);

    T Of(TokenIndex.Sum sum);

    T Of(TokenIndex.Difference difference);

    T Of(TokenIndex.Extremum extremum);

    T Of(TokenIndex.StridedCount count);
}

/// <summary>The cases as functions, to be written where an index is asked for its kind.</summary>
internal static class TokenIndexCases
{
    public static T Match<T>(
        this TokenIndex index, Func<TokenIndex.Constant, T> constant, Func<TokenIndex.Length, T> length, Func<TokenIndex.Start, T> start,
        Func<TokenIndex.End, T> end, Func<TokenIndex.Counter, T> counter, Func<TokenIndex.Sum, T> sum,
        Func<TokenIndex.Difference, T> difference, Func<TokenIndex.Extremum, T> extremum, Func<TokenIndex.StridedCount, T> stridedCount) =>
        index.Match(new Functions<T>(constant, length, start, end, counter, sum, difference, extremum, stridedCount));

    private sealed class Functions<T>(
        Func<TokenIndex.Constant, T> constant, Func<TokenIndex.Length, T> length, Func<TokenIndex.Start, T> start,
        Func<TokenIndex.End, T> end, Func<TokenIndex.Counter, T> counter, Func<TokenIndex.Sum, T> sum,
        Func<TokenIndex.Difference, T> difference, Func<TokenIndex.Extremum, T> extremum,
        Func<TokenIndex.StridedCount, T> stridedCount) : ITokenIndexCases<T>
    {
        public T Of(TokenIndex.Constant index) => constant(index);

        public T Of(TokenIndex.Length index) => length(index);

        public T Of(TokenIndex.Start index) => start(index);

        public T Of(TokenIndex.End index) => end(index);

        public T Of(TokenIndex.Counter index) => counter(index);

        public T Of(TokenIndex.Sum index) => sum(index);

        public T Of(TokenIndex.Difference index) => difference(index);

        public T Of(TokenIndex.Extremum index) => extremum(index);

        public T Of(TokenIndex.StridedCount index) => stridedCount(index);
    }
}
