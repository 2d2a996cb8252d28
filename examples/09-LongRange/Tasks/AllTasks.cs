using KernelGen.Examples.Training;

namespace KernelGen.Examples.LongRange;

/// <summary>The tasks by name: a new one is a class and a line here.</summary>
internal static class AllTasks
{
    private static readonly (string Name, Func<string, LongRangeTask> Create)[] Tasks =
    [
        ("listops", _ => new ListOpsTask()),
        ("characters", path => new CharacterTask(CharacterText.ReadFile(path))),
        ("recall", _ => new RecallTask()),
    ];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Tasks.Select(task => task.Name)];

    /// <summary>Makes a task.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="textPath">The text, for the task that reads one.</param>
    /// <exception cref="JobException">The text cannot be read.</exception>
    public static LongRangeTask Create(string name, string textPath) => Tasks.Single(task => task.Name == name).Create(textPath);
}
