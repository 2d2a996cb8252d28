using KernelGen.Generator.Text;

namespace KernelGen.Generator.Layers;

/// <summary>Prints members. It decides line breaks and nothing else.</summary>
internal static class MemberPrinter
{
    /// <summary>The most parameters that stand on one line, and the most characters of a line that has several.</summary>
    private const int OnOneLine = 3, LineLength = 140;

    public static void Print(SourceWriter writer, IEnumerable<Member> members)
    {
        var isFirst = true;
        foreach (var member in members)
        {
            if (!isFirst)
            {
                writer.Line();
            }

            isFirst = false;
            Print(writer, member);
        }
    }

    private static void Print(SourceWriter writer, Member member)
    {
        foreach (var comment in member.Documentation.Split('\n').Where(comment => comment.Length > 0))
        {
            writer.Line(comment.StartsWith("//", StringComparison.Ordinal) ? comment : "/// " + comment);
        }

        var head = $"{member.Signature}{(member.Signature.Length > 0 ? " " : "")}{(member.ExplicitInterface is { } type ? type + "." : "")}{member.Name}";
        if (member.Kind is not (MemberKind.Method or MemberKind.Constructor))
        {
            End(writer, head, member.Body);
        }
        else if ($"{head}({string.Join(", ", member.Parameters)})" is var line
            && member.Parameters.Count <= OnOneLine
            && (member.Parameters.Count < 2 || line.Length <= LineLength))
        {
            End(writer, line, member.Body);
        }
        else
        {
            writer.Line(head + "(");
            using (writer.Indent())
            {
                writer.Line(string.Join(",\n", member.Parameters) + ")");
                if (!IsBlock(member.Body))
                {
                    writer.Line(member.Body);
                }
            }

            if (IsBlock(member.Body))
            {
                writer.Line(member.Body);
            }
        }
    }

    /// <summary>
    /// An expression goes on where the head ends; a block, or a call of another constructor, begins on a line of its own.
    /// </summary>
    private static void End(SourceWriter writer, string head, string body)
    {
        if (IsBlock(body) || body.StartsWith("    ", StringComparison.Ordinal))
        {
            writer.Line(head);
            writer.Line(body);
        }
        else
        {
            writer.Line(body.StartsWith(";", StringComparison.Ordinal) ? head + body : $"{head} {body}");
        }
    }

    private static bool IsBlock(string body) => body.StartsWith("{\n", StringComparison.Ordinal);
}
