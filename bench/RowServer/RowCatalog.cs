using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using KernelGen.Bench.Kernels;

namespace KernelGen.Bench.RowServer;

/// <summary>Every row of every declaration, as far as they were compiled.</summary>
internal static class RowCatalog
{
    private const string CausalSuffix = "Causal";

    public static IReadOnlyList<ServedRow> All(int threads)
    {
        var types = typeof(RowCatalog).Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false }).ToList();
        var sources = types.Where(typeof(IRowSource).IsAssignableFrom)
            .OrderBy(type => type.Name != nameof(ForwardRows)).ThenBy(type => type.Name)
            .Select(type => (IRowSource)Activator.CreateInstance(type)!).ToList();
        return
        [
            .. from kernel in types.Where(typeof(IAttention).IsAssignableFrom).Select(Kernel)
                .OrderBy(kernel => kernel.Name).ThenBy(kernel => kernel.Causal)
               from source in sources
               from row in source.Rows(kernel, threads)
               select row with { Name = $"{kernel.Name}/{(kernel.Causal ? "causal" : "bidirectional")}/{row.Name}" },
        ];
    }

    /// <summary>FavorSoftmaxCausal is called favor-softmax, as <see cref="KernelName"/> has it.</summary>
    private static BenchKernel Kernel(Type type)
    {
        object[] arguments = type.GetConstructor([typeof(ulong)]) is null ? [] : [BenchKernel.Seed];
        IAttention Create() => (IAttention)Activator.CreateInstance(
            type, BindingFlags.CreateInstance | BindingFlags.Public | BindingFlags.Instance | BindingFlags.OptionalParamBinding, null,
            arguments, CultureInfo.InvariantCulture)!;

        var layer = Create();
        var stem = type.Name.EndsWith(CausalSuffix, StringComparison.Ordinal) ? type.Name[..^CausalSuffix.Length] : type.Name;
        var name = Regex.Replace(stem, "(?<!^)(?=[A-Z])", "-").ToLowerInvariant();
        var features = layer is IRandomFeatureAttention random ? random.Features : 0;
        return new BenchKernel(name, layer.Causal, BenchKernel.LengthOf(features), layer.HeadDim, features, type, Create);
    }
}
