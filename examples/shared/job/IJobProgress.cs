namespace KernelGen.Examples;

/// <summary>Shows how far the job is. Work is counted in any unit, here nominal floating-point operations.</summary>
internal interface IJobProgress
{
    /// <summary>A stage begins: where in the job, and what it does.</summary>
    void Begin(string place, string stage);

    /// <summary>The stage that began last is done, and with it this much work.</summary>
    void Done(double work);

    /// <summary>Work that was planned will not be done.</summary>
    void Drop(double work);
}
