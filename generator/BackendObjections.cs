using KernelGen.Generator.Backends;
using KernelGen.Generator.Families;
using KernelGen.Generator.Specs;

namespace KernelGen.Generator;

/// <summary>Why kernels of a declaration cannot be generated, a backend each; null where they can.</summary>
/// <param name="Spec">What is declared.</param>
/// <param name="Cpu">On CPUs.</param>
/// <param name="Gpu">On GPUs.</param>
internal sealed record BackendObjections(AttentionSpec Spec, string? Cpu, string? Gpu)
{
    /// <remarks>None where a family fails: that is said where its text is written.</remarks>
    public static BackendObjections To(AttentionSpec spec, FamilyRegistry families)
    {
        try
        {
            var programs = families.BuildGradients(spec).Prepend(families.Build(spec)).ToList();
            return new(spec, programs.Select(ProgramLimits.OnCpu).FirstOrDefault(IsGiven), programs.Select(ProgramLimits.OnGpu).FirstOrDefault(IsGiven));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new(spec, null, null);
        }

        static bool IsGiven(string? objection) => objection is not null;
    }
}
