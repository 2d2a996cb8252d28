namespace KernelGen;

/// <summary>
/// Marks a parameter of a mask or a score that is a number of a token: <c>[PerToken] int queryDocument, [PerToken] int keyDocument</c>.
/// The name begins with <c>query</c> or <c>key</c>, which says whose number it is; the rest is the number's own name. Either may be
/// left out.
/// </summary>
/// <remarks>
/// Every call of the layer then takes <c>ReadOnlySpan&lt;int&gt; tokenDocument</c> before the outputs: a number for each token of each
/// sequence, [batch, key length], shared by all heads. Queries are the last of the keys, so one span gives the numbers of both. Numbers
/// are from −2^29 to 2^29. Documents, segments, speakers, and tokens that all see are such numbers.
/// </remarks>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class PerTokenAttribute : Attribute;
