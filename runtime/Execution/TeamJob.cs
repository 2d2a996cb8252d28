namespace KernelGen.CompilerServices;

/// <summary>Work in independent units, for <see cref="WorkerTeam"/>.</summary>
internal abstract class TeamJob
{
    /// <summary>Does one unit.</summary>
    /// <param name="unit">Which.</param>
    /// <param name="worker">Whose thread this is; no two threads have the same number at the same time.</param>
    public abstract void Run(int unit, int worker);
}
