using KernelGen.Tests.Harness;

namespace KernelGen.Tests.Documents;

/// <summary>Whether what a page links to is there. Links that leave the repository are looked at, not followed.</summary>
internal static class LinkCheck
{
    private static readonly string[] OwnRepository =
    [
        "https://github.com/kernelgen/kernelgen/blob/main/",
        "https://github.com/kernelgen/kernelgen/tree/main/",
        "https://github.com/kernelgen/kernelgen/raw/main/",
        "https://raw.githubusercontent.com/kernelgen/kernelgen/main/",
    ];

    /// <summary>What is wrong with the links of a page: one line each.</summary>
    public static IEnumerable<string> Faults(MarkdownPage page) => page.Links
        .Select(target => (Target: target, Fault: Fault(page, target)))
        .Where(link => link.Fault is not null)
        .Select(link => $"{page.Path}: {link.Target}: {link.Fault}")
        .Concat(page.UndefinedReferences.Select(name => $"{page.Path}: [{name}] is defined nowhere"));

    private static string? Fault(MarkdownPage page, string target)
    {
        if (target.Length == 0)
        {
            return "leads nowhere";
        }

        if (OwnRepository.FirstOrDefault(prefix => target.StartsWith(prefix, StringComparison.Ordinal)) is { } own)
        {
            return Missing(page, "/" + target[own.Length..]);
        }

        if (target.StartsWith("https://github.com/kernelgen/kernelgen/blob/", StringComparison.Ordinal))
        {
            return "names another branch than main";
        }

        return target.Contains(':', StringComparison.Ordinal) ? Malformed(target) : Missing(page, target);
    }

    private static string? Malformed(string target) =>
        Uri.TryCreate(target, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" or "mailto"
            && Uri.IsWellFormedUriString(target, UriKind.Absolute)
            ? null
            : "is no address";

    private static string? Missing(MarkdownPage page, string target)
    {
        var (path, anchor) = target.Split('#', 2) is [var before, var after] ? (before, after) : (target, null);
        if (path.Contains('?', StringComparison.Ordinal))
        {
            return "asks a file a question";
        }

        if (path.Length == 0)
        {
            return page.Anchors.Contains(anchor ?? "") ? null : "is no heading of the page";
        }

        var parts = path[0] == '/' ? path.Split('/') : [.. page.Path.Split('/')[..^1], .. path.Split('/')];
        var place = Resolve(parts.Select(Uri.UnescapeDataString));
        return place is null ? "is not there"
            : anchor is null ? null
            : !place.EndsWith(".md", StringComparison.Ordinal) ? "has no headings"
            : DocumentFiles.Read(place).Anchors.Contains(anchor) ? null
            : $"has no heading #{anchor}";
    }

    /// <summary>The path from the root, where something of exactly this name is: capitals count, whatever the file system says.</summary>
    private static string? Resolve(IEnumerable<string> parts)
    {
        var found = new List<string>();
        foreach (var part in parts.Where(part => part is not ("" or ".")))
        {
            if (part == "..")
            {
                if (found.Count == 0)
                {
                    return null;
                }

                found.RemoveAt(found.Count - 1);
                continue;
            }

            var folder = new DirectoryInfo(Path.Combine([Repository.Root, .. found]));
            if (!folder.Exists || !folder.EnumerateFileSystemInfos(part).Any(entry => entry.Name == part))
            {
                return null;
            }

            found.Add(part);
        }

        return string.Join('/', found);
    }
}
