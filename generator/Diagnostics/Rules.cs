using System.Reflection;
using Microsoft.CodeAnalysis;

namespace KernelGen.Generator.Diagnostics;

/// <summary>Every diagnostic that users can see. README.md beside this file has a section for each, which the help link opens.</summary>
internal static class Rules
{
    private const string Category = "KernelGen.Usage";

    /// <summary>Where the page with a section for each rule is: the property KernelGenDocumentation of the build decides.</summary>
    private static readonly string Help = typeof(Rules).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "KernelGenDocumentation").Value + "generator/Diagnostics/README.md#";

    public static readonly DiagnosticDescriptor TypeNotPartial = new(
        "KGEN001", "The type is not partial",
        "'{0}' carries [{1}] but is not partial; write 'partial class {0}'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen001");

    public static readonly DiagnosticDescriptor ContainingTypeNotPartial = new(
        "KGEN002", "A containing type is not partial",
        "'{0}' is not partial but contains '{1}', which carries [{2}]; add 'partial' to '{0}'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen002");

    public static readonly DiagnosticDescriptor WrongKindOfType = new(
        "KGEN003", "The type is of the wrong kind",
        "'{0}' is {1}; [{2}] needs a class or record class that is neither static, abstract nor file-local",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen003");

    public static readonly DiagnosticDescriptor SizeMissing = new(
        "KGEN004", "A required size is missing",
        "{0} is missing; give it a value from {1} to {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen004");

    public static readonly DiagnosticDescriptor SizeOutOfRange = new(
        "KGEN005", "A size is out of range",
        "{0} is {1}; allowed is {2} to {3}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen005");

    public static readonly DiagnosticDescriptor UnknownMember = new(
        "KGEN006", "An enum value has no meaning",
        "{0} is {1}, which names no member; allowed are {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen006");

    public static readonly DiagnosticDescriptor OddFeatures = new(
        "KGEN007", "The feature count is odd",
        "Features is {0}, but {1} makes features in pairs; allowed are the even numbers from 2 to {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen007");

    public static readonly DiagnosticDescriptor EpsilonWithoutMeaning = new(
        "KGEN008", "Epsilon has no meaning here",
        "Epsilon is {0}, but kernel {1} has no epsilon and ignores it; it belongs to kernels f(x) + epsilon, such as Relu",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Help + "kgen008");

    public static readonly DiagnosticDescriptor EpsilonOutOfRange = new(
        "KGEN009", "Epsilon is not positive and finite",
        "Epsilon is {0}; allowed is any positive finite number",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen009");

    public static readonly DiagnosticDescriptor SecondAttribute = new(
        "KGEN010", "The type carries two attention attributes",
        "'{0}' already carries [{1}], so [{2}] is ignored; a type has one kind of attention",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen010");

    public static readonly DiagnosticDescriptor MemberCollides = new(
        "KGEN011", "A member collides with a generated one",
        "'{0}' collides with the {1} that [{2}] generates; rename or remove it (generated names: {3})",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen011");

    public static readonly DiagnosticDescriptor ConstructorImpossible = new(
        "KGEN012", "Constructors cannot be generated",
        "The constructors of '{0}' cannot be generated, because {1}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen012");

    public static readonly DiagnosticDescriptor LanguageTooLow = new(
        "KGEN013", "The language version is too low",
        "The C# version is {0}; generated attention needs {1} or later",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen013");

    public static readonly DiagnosticDescriptor FrameworkTooLow = new(
        "KGEN014", "The target framework is too low",
        "The core library is of version {0}; generated attention needs net{1}.0 or later",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen014");

    public static readonly DiagnosticDescriptor RuntimeMissing = new(
        "KGEN015", "The runtime is not referenced",
        "The type KernelGen.IAttention is not found; reference the package KernelGen, or the assembly KernelGen.Runtime",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen015");

    public static readonly DiagnosticDescriptor FunctionNotUsable = new(
        "KGEN016", "The kernel function is not usable",
        "The kernel function '{0}' {1}; declare 'static float {2}(float x)'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen016");

    public static readonly DiagnosticDescriptor FunctionContradicted = new(
        "KGEN017", "Two arguments contradict each other",
        "{0} is given {1}; {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen017");

    public static readonly DiagnosticDescriptor FunctionConstruct = new(
        "KGEN018", "A construct is not supported in a kernel function",
        "{0} is not supported in a kernel function; {1}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen018");

    public static readonly DiagnosticDescriptor FunctionRecursion = new(
        "KGEN019", "A kernel function calls itself",
        "'{0}' calls itself here, directly or through others; write a formula that ends",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen019");

    public static readonly DiagnosticDescriptor FunctionTooLarge = new(
        "KGEN020", "The kernel function is too large",
        "'{0}' has {1} operations with what it calls; allowed are {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen020");

    public static readonly DiagnosticDescriptor SignedKernel = new(
        "KGEN021", "The kernel takes both signs",
        "{0} can be negative, so that the sum of the weights can come near 0; set Normalize = false, or an Epsilon that you have chosen for it",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen021");

    public static readonly DiagnosticDescriptor CausalTrigonometric = new(
        "KGEN022", "Trigonometric features are not causal",
        "{0} is for comparison and has no causal form; leave Causal out, or choose Softmax, SoftmaxHyperbolic or SoftmaxOprf",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen022");

    public static readonly DiagnosticDescriptor LambdaWithoutMeaning = new(
        "KGEN023", "Lambda has no meaning here",
        "Lambda is {0}, but kernel {1} has no lambda and ignores it; it belongs to {2}",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Help + "kgen023");

    public static readonly DiagnosticDescriptor LambdaMayLeak = new(
        "KGEN024", "Lambda may leak the future",
        "Lambda is left to run time: measured on the sequence that it is then used for, it lets later tokens change earlier outputs; set Lambda, or measure it on other data and suppress this",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Help + "kgen024");

    public static readonly DiagnosticDescriptor TrigonometricMayFail = new(
        "KGEN025", "Trigonometric features may fail",
        "{0} is for comparison: weights can be negative, and where their sum comes near 0 the output is far off",
        Category, DiagnosticSeverity.Info, isEnabledByDefault: true, helpLinkUri: Help + "kgen025");

    public static readonly DiagnosticDescriptor FeaturesTooFew = new(
        "KGEN026", "The features cannot suffice for the input scale",
        "Inputs of scale {0} make the mean squared norm of q + k {1}, and with {2} features the standard deviation of a weight is {3} times the weight; this needs {4}",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Help + "kgen026");

    public static readonly DiagnosticDescriptor LambdaOutOfRange = new(
        "KGEN027", "Lambda is negative or not finite",
        "Lambda is {0}; allowed is any finite number from 0",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen027");

    public static readonly DiagnosticDescriptor InputScaleOutOfRange = new(
        "KGEN028", "The input scale is not positive and finite",
        "InputScale is {0}; allowed is any positive finite number",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen028");

    public static readonly DiagnosticDescriptor IlgpuMissing = new(
        "KGEN029", "ILGPU is not referenced",
        "Backends asks for GPU kernels, but the project does not reference ILGPU; add the package ILGPU, version 1.5.3",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen029");

    public static readonly DiagnosticDescriptor PrecisionWithoutMeaning = new(
        "KGEN030", "Precision has no meaning here",
        "Precision is {0}, but Backends is {1}, and CPU kernels ignore it; leave Precision out, or let Backends have the GPU",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Help + "kgen030");

    public static readonly DiagnosticDescriptor NoBackwardPass = new(
        "KGEN031", "The layer has no backward pass",
        "The derivative of '{0}' is too large to compute with, so Backward throws; write fewer operations into one another if you need gradients",
        Category, DiagnosticSeverity.Info, isEnabledByDefault: true, helpLinkUri: Help + "kgen031");

    public static readonly DiagnosticDescriptor MemberUnset = new(
        "KGEN032", "A member is left unset",
        "'{0}' is declared not to be null, but the generated constructors leave it so; initialise it where it is declared, or make it nullable or required",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Help + "kgen032");

    public static readonly DiagnosticDescriptor ReferenceAliased = new(
        "KGEN033", "A reference has an alias",
        "{0} is referenced under the alias '{1}' alone, but generated code names it from global::; write Aliases=\"global,{1}\" at the reference",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen033");

    public static readonly DiagnosticDescriptor NotOptimized = new(
        "KGEN034", "Layers are compiled without optimisation",
        "This project is compiled without optimisation, as Debug builds are, and so are its layers, whose calls take about three times as long; set <Optimize>true</Optimize> in the project that holds them",
        Category, DiagnosticSeverity.Info, isEnabledByDefault: true, helpLinkUri: Help + "kgen034");

    public static readonly DiagnosticDescriptor NotOnCpu = new(
        "KGEN036", "Kernels cannot compute the attention",
        "This attention has no kernels, because {0}; declare another that has not",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen036");

    public static readonly DiagnosticDescriptor NotOnGpu = new(
        "KGEN037", "GPU kernels cannot compute the attention",
        "This attention has no GPU kernels, because {0}; set Backends = Backends.Cpu",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen037");

    public static readonly DiagnosticDescriptor VisibilityContradicted = new(
        "KGEN038", "What a query sees is contradicted",
        "{0} {1}; {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen038");

    public static readonly DiagnosticDescriptor MaskNotUsable = new(
        "KGEN039", "The mask is not usable",
        "The mask '{0}' {1}; declare 'static bool {2}(int query, int key)'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen039");

    public static readonly DiagnosticDescriptor MaskConstruct = new(
        "KGEN040", "A construct is not supported in a mask",
        "{0} is not supported in a mask; {1}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen040");

    public static readonly DiagnosticDescriptor MaskBoundsNothing = new(
        "KGEN041", "Every key is visited",
        "The mask bounds the keys of a query on no side, so every one is visited: time grows as L², as without a mask",
        Category, DiagnosticSeverity.Info, isEnabledByDefault: true, helpLinkUri: Help + "kgen041");

    public static readonly DiagnosticDescriptor MaskOnlyMasks = new(
        "KGEN042", "A condition of a mask saves no time",
        "That {0} is no range of keys, so it is asked pair by pair, and of tiles whether any pair fulfils it",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Help + "kgen042");

    public static readonly DiagnosticDescriptor ScoreNotUsable = new(
        "KGEN043", "The score is not usable",
        "The score '{0}' {1}; declare 'static float {2}(float score, int query, int key)'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen043");

    public static readonly DiagnosticDescriptor ScoreConstruct = new(
        "KGEN044", "A construct is not supported in a score",
        "{0} is not supported in a score; {1}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen044");

    public static readonly DiagnosticDescriptor SoftCapOutOfRange = new(
        "KGEN045", "The soft cap is not positive and finite",
        "SoftCap is {0}; allowed is any positive finite number",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen045");

    public static readonly DiagnosticDescriptor NumbersTooLarge = new(
        "KGEN046", "Whole numbers of positions leave their range",
        "{0} computes whole numbers that an int cannot hold, even for {1} positions: it can for {2}; use smaller constants",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen046");

    public static readonly DiagnosticDescriptor IndexOutOfTable = new(
        "KGEN047", "An index may leave its table",
        "This index is from {0} to {1}, but the table has {2} numbers, 0 to {3}; keep it there by Math.Clamp, Math.Min and Math.Max",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen047");

    public static readonly DiagnosticDescriptor OddRotaryHeadDim = new(
        "KGEN050", "The head dim is odd",
        "HeadDim is {0}, but rotary positions rotate pairs of its numbers; give it an even number",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen050");

    public static readonly DiagnosticDescriptor RotaryThetaOutOfRange = new(
        "KGEN051", "Theta is not positive and finite",
        "RotaryTheta is {0}; allowed is any positive finite number",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen051");

    public static readonly DiagnosticDescriptor RotaryThetaWithoutMeaning = new(
        "KGEN052", "Theta has no meaning here",
        "RotaryTheta has no meaning without Positions = Positions.Rotary; leave it out",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Help + "kgen052");

    public static readonly DiagnosticDescriptor RelativeContradicted = new(
        "KGEN053", "Relative positions do not go with this attention",
        "Positions.Relative {0}; {1}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen053");

    public static readonly DiagnosticDescriptor DistancesWithoutMeaning = new(
        "KGEN054", "Distances have no meaning here",
        "Distances has no meaning without Positions = Positions.Relative; leave it out",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Help + "kgen054");

    public static readonly DiagnosticDescriptor DecayNotCausal = new(
        "KGEN060", "Only causal attention forgets",
        "{0} lets sums fade from token to token, but this attention is not causal; set Causal = true, or leave it out",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen060");

    public static readonly DiagnosticDescriptor DecayContradicted = new(
        "KGEN061", "Decay is given twice",
        "LogDecays gives each head a factor and TokenDecay lets each token have its own; leave one of them out",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen061");

    public static readonly DiagnosticDescriptor DecayOutOfRange = new(
        "KGEN062", "A decay is out of range",
        "LogDecays[{0}] is {1}, but the logarithm of a factor that forgets is -16384 to 0",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen062");

    public static readonly DiagnosticDescriptor LinformerNotCausal = new(
        "KGEN063", "Mixtures of keys are not causal",
        "Causal is true, but every key that Linformer attends to is a mixture of all keys, later ones among them; leave it out, or take another attention",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen063");

    public static readonly DiagnosticDescriptor RankAboveLength = new(
        "KGEN064", "There are more mixtures than keys",
        "Rank is {0}, but at most {1} keys are mixed, of which exact attention costs less; give it a lower number",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Help + "kgen064");

    public static readonly DiagnosticDescriptor ArgumentWithoutName = new(
        "KGEN070", "An argument has no name",
        "'{0}' has no name, but all arguments of [{1}] are named; write '{2}'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen070");

    public static readonly DiagnosticDescriptor ArgumentUnknown = new(
        "KGEN071", "An argument is unknown",
        "[{0}] has no argument '{1}'; {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen071");

    public static readonly DiagnosticDescriptor ArgumentNotConstant = new(
        "KGEN072", "An argument is no constant",
        "{0} is '{1}', but kernels are generated for values that are known while compiling; make '{2}' a const, or write the value",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen072");

    public static readonly DiagnosticDescriptor SameAttribute = new(
        "KGEN073", "The type carries the attribute twice",
        "'{0}' already carries [{1}]{2}, so this one is ignored; keep one of them",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen073");

    /// <summary>
    /// Never shown. Editors offer fixes for what an analyzer reports, not for what a generator does; see <see cref="FixAnalyzer"/>.
    /// </summary>
    public static readonly DiagnosticDescriptor FixAtHand = new(
        "KGEN090", "A fix is at hand",
        "{0}",
        Category, DiagnosticSeverity.Hidden, isEnabledByDefault: true, helpLinkUri: Help + "kgen090");

    public static readonly DiagnosticDescriptor InternalError = new(
        "KGEN099", "The generator failed",
        "KernelGen could not generate '{0}', which is an error in KernelGen, not in your code; please report: {1}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Help + "kgen099");
}
