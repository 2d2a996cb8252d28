using KernelGen.Tests.Behaviour.Exponentials;
using KernelGen.Tests.Behaviour.Generalized;
using KernelGen.Tests.Expressions;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>
/// Derivatives of kernel functions as they are emitted, where exponentials in them overflow: over all floats, at the width in force.
/// </summary>
public class KernelFunctionDerivativeTests
{
    public static TheoryData<Layer> Quotients => [Layer.Of<OwnQuickGelu>(), .. Layer.In(typeof(SteepSwish).Namespace!)];

    [Theory]
    [MemberData(nameof(Quotients))]
    public void Derivative_is_finite_and_right_where_the_function_is_finite(Layer layer)
    {
        var x = ExponentialQuotients.Points();
        var (values, slopes) = (EmittedFunction.InVectors(layer, x), EmittedFunction.DerivativeInVectors(layer, x));
        for (var i = 0; i < x.Length; i++)
        {
            ExponentialQuotients.Check(layer.Function!, x[i], values[i], slopes[i]);
        }
    }
}
