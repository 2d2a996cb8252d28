namespace KernelGen.Generator.Expressions;

/// <summary>What is done with a condition of each kind.</summary>
internal interface IConditionCases<out T>
{
    T Of(Condition.Compare compare);

    T Of(Condition.Both both);

    T Of(Condition.Either either);

    T Of(Condition.Not not);

    T Of(Condition.PositionBelow below);

    T Of(Condition.Precedes precedes);

    T Of(Condition.InRun inRun);
}

/// <summary>The cases as functions, to be written where a condition is asked for its kind.</summary>
internal static class ConditionCases
{
    public static T Match<T>(
        this Condition condition, Func<Condition.Compare, T> compare, Func<Condition.Both, T> both, Func<Condition.Either, T> either,
        Func<Condition.Not, T> not, Func<Condition.PositionBelow, T> positionBelow, Func<Condition.Precedes, T> precedes, Func<Condition.InRun, T> inRun) =>
        condition.Match(new Functions<T>(compare, both, either, not, positionBelow, precedes, inRun));

    private sealed class Functions<T>(
        Func<Condition.Compare, T> compare, Func<Condition.Both, T> both, Func<Condition.Either, T> either, Func<Condition.Not, T> not,
        Func<Condition.PositionBelow, T> positionBelow, Func<Condition.Precedes, T> precedes, Func<Condition.InRun, T> inRun) : IConditionCases<T>
    {
        public T Of(Condition.Compare condition) => compare(condition);

        public T Of(Condition.Both condition) => both(condition);

        public T Of(Condition.Either condition) => either(condition);

        public T Of(Condition.Not condition) => not(condition);

        public T Of(Condition.PositionBelow condition) => positionBelow(condition);

        public T Of(Condition.Precedes condition) => precedes(condition);

        public T Of(Condition.InRun condition) => inRun(condition);
    }
}
