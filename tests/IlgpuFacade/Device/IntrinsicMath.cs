namespace ILGPU;

/// <summary>Mathematics that every backend has.</summary>
public static class IntrinsicMath
{
    public static float Abs(float value) => Math.Abs(value);

    public static int Abs(int value) => Math.Abs(value);

    public static float Min(float first, float second) => Math.Min(first, second);

    public static int Min(int first, int second) => Math.Min(first, second);

    public static float Max(float first, float second) => Math.Max(first, second);

    public static int Max(int first, int second) => Math.Max(first, second);

    public static float Clamp(float value, float min, float max) => Max(Min(value, max), min);

    public static int Clamp(int value, int min, int max) => Max(Min(value, max), min);

    /// <summary>Functions that a device computes with its own instructions, in spite of the class's name.</summary>
    public static class CPUOnly
    {
        public static float Rcp(float value) => 1.0f / value;

        public static float Sqrt(float value) => MathF.Sqrt(value);

        public static float Rsqrt(float value) => 1.0f / MathF.Sqrt(value);

        public static float Sin(float value) => MathF.Sin(value);

        public static float Cos(float value) => MathF.Cos(value);

        public static float Tanh(float value) => MathF.Tanh(value);

        public static float Exp(float value) => MathF.Exp(value);

        public static float Exp2(float value) => MathF.Pow(2.0f, value);

        public static float Log(float value) => MathF.Log(value);

        public static float Log2(float value) => MathF.Log2(value);

        public static float Floor(float value) => MathF.Floor(value);

        public static float Ceiling(float value) => MathF.Ceiling(value);

        public static bool IsNaN(float value) => float.IsNaN(value);

        public static bool IsInfinity(float value) => float.IsInfinity(value);

        public static bool IsFinite(float value) => float.IsFinite(value);
    }
}
