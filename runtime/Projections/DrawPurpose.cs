namespace KernelGen;

/// <summary>
/// What random numbers are drawn for: a part of the counter of the generator, so that numbers for different purposes are independent. The
/// values are part of what a seed means.
/// </summary>
internal enum DrawPurpose : uint
{
    Direction = 0,
    Length = 1,
    Sign = 2,
    Mixture = 3,
}
