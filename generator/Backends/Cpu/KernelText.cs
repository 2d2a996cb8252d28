using KernelGen.Generator.Text;

namespace KernelGen.Generator.Backends.Cpu;

/// <summary>The helper methods of one kernel, or of several at one width, each emitted once whoever calls it.</summary>
internal sealed class KernelText
{
    private readonly List<string> _methods = new();
    private readonly Dictionary<string, string> _textByName = new();

    /// <summary>Writes all methods, in the order in which they were asked for.</summary>
    public void Emit(SourceWriter writer)
    {
        foreach (var method in _methods)
        {
            writer.Line();
            writer.Line(method.TrimEnd('\n'));
        }
    }

    /// <summary>The name of a method with the text that a name gives; a name that already has another text gets a number.</summary>
    public string Add(string name, System.Func<string, string> text)
    {
        var candidate = name;
        for (var number = 2; ; number++)
        {
            var body = text(candidate);
            if (!_textByName.TryGetValue(candidate, out var existing))
            {
                _textByName[candidate] = body;
                _methods.Add(body);
                return candidate;
            }

            if (existing == body)
            {
                return candidate;
            }

            candidate = name + number;
        }
    }
}
