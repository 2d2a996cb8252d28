namespace KernelGen.Generator.Tiles;

/// <summary>
/// What is done with a statement of each kind. Whoever walks statements says it for all: a kind that is forgotten is an error of the
/// compiler's.
/// </summary>
internal interface IStatementCases<out T>
{
    T Of(Load load);

    T Of(Store store);

    T Of(MatMul product);

    T Of(Map map);

    T Of(Transpose transpose);

    T Of(Reduce reduce);

    T Of(Rebase rebase);

    T Of(Runs runs);

    T Of(Fold fold);

    T Of(Parallel parallel);

    T Of(ForEach each);

    T Of(AddToTable add);

    T Of(LoadBand load);

    T Of(Skew skew);
}

/// <summary>The cases as functions, to be written where a statement is asked for its kind.</summary>
internal static class StatementCases
{
    public static T Match<T>(
        this Statement statement, Func<Load, T> load, Func<Store, T> store, Func<MatMul, T> matMul, Func<Map, T> map,
        Func<Transpose, T> transpose, Func<Reduce, T> reduce, Func<Rebase, T> rebase, Func<Runs, T> runs, Func<Fold, T> fold,
        Func<Parallel, T> parallel, Func<ForEach, T> forEach, Func<AddToTable, T> addToTable, Func<LoadBand, T> loadBand,
        Func<Skew, T> skew) =>
        statement.Match(new Functions<T>(
            load, store, matMul, map, transpose, reduce, rebase, runs, fold, parallel, forEach, addToTable, loadBand, skew));

    public static void Switch(
        this Statement statement, Action<Load> load, Action<Store> store, Action<MatMul> matMul, Action<Map> map,
        Action<Transpose> transpose, Action<Reduce> reduce, Action<Rebase> rebase, Action<Runs> runs, Action<Fold> fold,
        Action<Parallel> parallel, Action<ForEach> forEach, Action<AddToTable> addToTable, Action<LoadBand> loadBand, Action<Skew> skew)
    {
        var action = statement.Match<Action>(
            one => () => load(one), one => () => store(one), one => () => matMul(one), one => () => map(one), one => () => transpose(one),
            one => () => reduce(one), one => () => rebase(one), one => () => runs(one), one => () => fold(one), one => () => parallel(one),
            one => () => forEach(one), one => () => addToTable(one), one => () => loadBand(one), one => () => skew(one));
        action();
    }

    private sealed class Functions<T>(
        Func<Load, T> load, Func<Store, T> store, Func<MatMul, T> matMul, Func<Map, T> map, Func<Transpose, T> transpose,
        Func<Reduce, T> reduce, Func<Rebase, T> rebase, Func<Runs, T> runs, Func<Fold, T> fold, Func<Parallel, T> parallel,
        Func<ForEach, T> forEach, Func<AddToTable, T> addToTable, Func<LoadBand, T> loadBand, Func<Skew, T> skew) : IStatementCases<T>
    {
        public T Of(Load statement) => load(statement);

        public T Of(Store statement) => store(statement);

        public T Of(MatMul statement) => matMul(statement);

        public T Of(Map statement) => map(statement);

        public T Of(Transpose statement) => transpose(statement);

        public T Of(Reduce statement) => reduce(statement);

        public T Of(Rebase statement) => rebase(statement);

        public T Of(Runs statement) => runs(statement);

        public T Of(Fold statement) => fold(statement);

        public T Of(Parallel statement) => parallel(statement);

        public T Of(ForEach statement) => forEach(statement);

        public T Of(AddToTable statement) => addToTable(statement);

        public T Of(LoadBand statement) => loadBand(statement);

        public T Of(Skew statement) => skew(statement);
    }
}
