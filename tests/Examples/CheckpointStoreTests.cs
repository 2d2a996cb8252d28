using KernelGen.Examples;
using Xunit;

namespace KernelGen.Tests.Examples;

/// <summary>Does the newest whole checkpoint come back whatever happens to files?</summary>
public sealed class CheckpointStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void WhatIsSavedComesBackToTheByte()
    {
        var random = new Random(1);
        var blobs = new Dictionary<string, byte[]>
        {
            ["weights"] = new byte[100_003],
            ["optimiser, μ"] = [1, 2, 3],
            [""] = [],
        };
        random.NextBytes(blobs["weights"]);
        Store().Save(blobs);
        var loaded = Store().Load()!;
        Assert.Equal(blobs.Keys.Order(), loaded.Blobs.Keys.Order());
        Assert.All(blobs, blob => Assert.Equal(blob.Value, loaded[blob.Key]));
        Assert.Empty(loaded.Damaged);
        Assert.Contains(
            "'step', only '', 'optimiser, μ', 'weights'", Assert.Throws<JobException>(() => loaded["step"]).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void NothingIsThereAtFirst() => Assert.Null(Store().Load());

    [Fact]
    public void TheLastTwoAreKeptAndTheNewestIsTaken()
    {
        for (byte step = 0; step < 12; step++)
        {
            Save(step);
            Assert.Equal(Math.Min(step + 1, 2), Files().Length);
            Assert.Equal(step, Step(Store().Load()!));
        }

        Assert.Equal(11, Store().Load()!.Sequence);
    }

    [Fact]
    public void TruncatedAnywhereTheNewestIsPassedOver()
    {
        Save(1);
        var newest = Save(2);
        var whole = File.ReadAllBytes(newest);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(newest, whole[..length]);
            var loaded = Store().Load()!;
            Assert.Equal(1, Step(loaded));
            Assert.Equal([newest], loaded.Damaged);
        }

        File.WriteAllBytes(newest, whole);
        Assert.Equal(2, Step(Store().Load()!));
    }

    [Fact]
    public void ChangedInAnyByteTheNewestIsPassedOver()
    {
        Save(1);
        var newest = Save(2);
        var whole = File.ReadAllBytes(newest);
        for (var place = 0; place < whole.Length; place++)
        {
            byte[] changed = [.. whole];
            changed[place] ^= 0x40;
            File.WriteAllBytes(newest, changed);
            Assert.Equal(1, Step(Store().Load()!));
        }

        File.WriteAllBytes(newest, [.. whole, 0]);
        Assert.Equal(1, Step(Store().Load()!));
    }

    [Fact]
    public void AfterDamageTwoWholeOnesStayAgain()
    {
        Save(1);
        var newest = Save(2);
        File.WriteAllBytes(newest, [1, 2, 3]);
        Save(3);
        Assert.False(File.Exists(newest));
        Assert.Equal(2, Files().Length);
        File.Delete(Files()[^1]);
        Assert.Equal(1, Step(Store().Load()!));
    }

    [Fact]
    public void AWriteThatWasKilledHalfWayLosesNothing()
    {
        var last = Save(1);
        File.WriteAllBytes(Path.Combine(_folder.FullName, "run.00000001.checkpoint.new"), File.ReadAllBytes(last)[..20]);
        Assert.Equal(1, Step(Store().Load()!));
        Save(2);
        Assert.Equal(2, Step(Store().Load()!));
        Assert.DoesNotContain(_folder.GetFiles(), file => file.Name.EndsWith(".new", StringComparison.Ordinal));
    }

    [Fact]
    public void WhereNoneIsWholeTheErrorNamesThem()
    {
        var file = Save(1);
        File.WriteAllBytes(file, []);
        Assert.Contains(file, Assert.Throws<JobException>(() => Store().Load()).Message, StringComparison.Ordinal);
        Store().Clear();
        Assert.Null(Store().Load());
    }

    [Fact]
    public void RunsOfOtherNamesAndOtherFilesAreLeftAlone()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "run.notes.checkpoint"), "mine");
        var other = new CheckpointStore(_folder.FullName, "run-2");
        other.Save(new Dictionary<string, byte[]> { ["step"] = [9] });
        Save(1);
        Save(2);
        Save(3);
        Assert.Equal(9, Step(other.Load()!));
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "run.notes.checkpoint")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("*")]
    [InlineData("a.b")]
    public void ANameThatIsNoFileNameIsRefused(string name) =>
        Assert.Throws<JobException>(() => new CheckpointStore(_folder.FullName, name));

    [Fact]
    public void AFolderThatCannotBeIsAnErrorThatNamesIt()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");
        Assert.Contains(
            file, Assert.Throws<JobException>(() => new CheckpointStore(Path.Combine(file, "below"), "run")).Message,
            StringComparison.Ordinal);
    }

    private CheckpointStore Store() => new(_folder.FullName, "run");

    private string Save(byte step) => Store().Save(new Dictionary<string, byte[]> { ["step"] = [step], ["weights"] = [1, 2, 3, 4] });

    private string[] Files() => [.. _folder.GetFiles("run.0*.checkpoint").Select(file => file.FullName).Order()];

    private static int Step(Checkpoint checkpoint) => Assert.Single(checkpoint["step"]);
}
