using KernelGen.Tests.Harness;
using Xunit;
using Xunit.Sdk;

namespace KernelGen.Tests.Specs;

/// <summary>The harness itself: a snapshot test that cannot fail proves nothing.</summary>
public sealed class SnapshotHelperTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelgen-snapshots").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Accepted_text_passes_and_any_other_byte_fails()
    {
        Snapshot.Verify(_folder, "a", "one\ntwo\n", update: true);
        Snapshot.Verify(_folder, "a", "one\ntwo\n", update: false);

        var failure = Assert.ThrowsAny<XunitException>(() => Snapshot.Verify(_folder, "a", "one\ntwo\r\n", update: false));
        Assert.Contains("first in line 2", failure.Message);
        Assert.Contains("emitted:  two\\r", failure.Message);
    }

    [Fact]
    public void A_missing_snapshot_fails() =>
        Assert.ThrowsAny<XunitException>(() => Snapshot.Verify(_folder, "b", "", update: false));
}
