using KernelGen.CompilerServices;
using Xunit;

namespace KernelGen.Tests.Runtime;

/// <summary>Memory goes with the last call that uses it, once, and what may not run at the same time is refused.</summary>
public sealed class CallGateTests
{
    private int _freed;

    [Fact]
    public void ACallThatMustBeAloneIsAlone()
    {
        var gate = Gate();
        using (gate.Enter())
        {
            Assert.Contains("Another call is using this Owner", Refused<InvalidOperationException>(() => gate.Enter().Dispose()).Message);
            Assert.Contains("wait.", Refused<InvalidOperationException>(() => gate.Share().Dispose()).Message);
        }

        using (gate.Share())
        using (gate.Share())
        {
            Refused<InvalidOperationException>(() => gate.Enter().Dispose());
        }

        gate.Enter().Dispose();
        Assert.Equal(0, _freed);
    }

    [Fact]
    public void MemoryGoesWithTheLastCall()
    {
        var idle = Gate();
        idle.Close();
        idle.Close();
        Assert.Equal(1, _freed);

        var alone = Gate();
        using (alone.Enter())
        {
            alone.Close();
            alone.Close();
            Assert.True(alone.IsClosed);
            Assert.Equal(1, _freed);
            Refused<ObjectDisposedException>(() => alone.Enter().Dispose());
            Refused<ObjectDisposedException>(() => alone.Share().Dispose());
        }

        Assert.Equal(2, _freed);

        var shared = Gate();
        using (shared.Share())
        {
            using (shared.Share())
            {
                shared.Close();
            }

            Assert.Equal(2, _freed);
        }

        Assert.Equal(3, _freed);
        Assert.Equal("Owner", Refused<ObjectDisposedException>(() => shared.Enter().Dispose()).ObjectName);
    }

    /// <summary>
    /// Many threads come and go while one closes: never two alone, never a call after the memory is gone, and it goes once.
    /// </summary>
    [Fact]
    public void ThreadsNeverMeet()
    {
        for (var round = 0; round < 200; round++)
        {
            int freed = 0, alone = 0, sharing = 0, wrong = 0;
            CallGate gate = new("Owner", "wait.", () => Interlocked.Increment(ref freed));
            Parallel.For(0, 4, thread =>
            {
                for (var i = 0; i < 200; i++)
                {
                    if (thread == 0 && i == 100)
                    {
                        gate.Close();
                    }

                    try
                    {
                        if ((i + thread) % 2 == 0)
                        {
                            using var use = gate.Enter();
                            Interlocked.Increment(ref alone);
                            Check(alone != 1 || sharing != 0 || freed != 0);
                            Interlocked.Decrement(ref alone);
                        }
                        else
                        {
                            using var use = gate.Share();
                            Interlocked.Increment(ref sharing);
                            Check(alone != 0 || freed != 0);
                            Interlocked.Decrement(ref sharing);
                        }
                    }
                    catch (InvalidOperationException)
                    {
                        // ObjectDisposedException is one.
                    }
                }
            });
            Assert.Equal((1, 0), (freed, wrong));

            void Check(bool isWrong)
            {
                if (isWrong)
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        }
    }

    private static T Refused<T>(Action call)
        where T : Exception => Assert.Throws<T>(call);

    private CallGate Gate() => new("Owner", "wait.", () => _freed++);
}
