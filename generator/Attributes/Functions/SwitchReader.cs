using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace KernelGen.Generator.Attributes.Functions;

/// <summary>Reads switch statements as an if for each section, in their order.</summary>
internal sealed class SwitchReader(ExpressionReader expressions, StatementReader statements)
{
    public Flow Read(ISwitchOperation choice, ImmutableDictionary<ISymbol, Value> variables)
    {
        var input = expressions.ReadOperand(choice.Value);
        var otherwise = Flow.To(variables);
        var sections = new List<(Truth When, Flow Flow)>();
        foreach (var section in choice.Cases)
        {
            var flow = statements.ReadAll(WithoutBreak(section.Body, choice.ExitLabel), variables);
            var labels = section.Clauses.Where(clause => clause is not IDefaultCaseClauseOperation).ToList();
            if (labels.Count < section.Clauses.Length)
            {
                // Wherever it stands, it is for what no other section is for.
                otherwise = flow;
            }

            if (labels.Count > 0)
            {
                sections.Add(
                    (labels.Select(label => expressions.ReadLabel(label, input) ?? Truth.Of(true)).Aggregate((a, b) => a | b), flow));
            }
        }

        return sections.AsEnumerable().Reverse().Aggregate(otherwise, (rest, section) => Flow.If(section.When, section.Flow, rest));
    }

    /// <summary>The statements of a section without the break at its end, which may stand in a block. Any other break is a jump.</summary>
    private static ImmutableArray<IOperation> WithoutBreak(ImmutableArray<IOperation> section, ILabelSymbol exit)
    {
        if (section.IsEmpty)
        {
            return section;
        }

        var last = section.Length - 1;
        return section[last] switch
        {
            IBranchOperation { BranchKind: BranchKind.Break } end
                when SymbolEqualityComparer.Default.Equals(end.Target, exit) => section.RemoveAt(last),
            IBlockOperation block => section.RemoveAt(last).AddRange(WithoutBreak(block.Operations, exit)),
            _ => section,
        };
    }
}
