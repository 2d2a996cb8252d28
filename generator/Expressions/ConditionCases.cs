namespace KernelGen.Generator.Expressions;

/// <summary>What is done with a condition of each kind.</summary>
internal interface IConditionCases<out T>
{
    T Of(Condition.Compare compare);

    T Of(Condition.Both both);

    T Of(Condition.Either either);

    T Of(Condition.Not not);

    T Of(Condition.OfPosition position);
}

/// <summary>The cases as functions, to be written where a condition is asked for its kind.</summary>
internal static class ConditionCases
{
    public static T Match<T>(
        this Condition condition, Func<Condition.Compare, T> compare, Func<Condition.Both, T> both, Func<Condition.Either, T> either,
        Func<Condition.Not, T> not, Func<Condition.OfPosition, T> position) =>
        condition.Match(new Functions<T>(compare, both, either, not, position));

    private sealed class Functions<T>(
        Func<Condition.Compare, T> compare, Func<Condition.Both, T> both, Func<Condition.Either, T> either, Func<Condition.Not, T> not,
        Func<Condition.OfPosition, T> position) : IConditionCases<T>
    {
        public T Of(Condition.Compare condition) => compare(condition);

        public T Of(Condition.Both condition) => both(condition);

        public T Of(Condition.Either condition) => either(condition);

        public T Of(Condition.Not condition) => not(condition);

        public T Of(Condition.OfPosition condition) => position(condition);
    }
}
