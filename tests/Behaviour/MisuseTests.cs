using System.Runtime.CompilerServices;
using KernelGen.CompilerServices;
using KernelGen.Tests.Behaviour.Catalogues;
using Xunit;

namespace KernelGen.Tests.Behaviour;

/// <summary>Alone in the process, since the native memory of all is counted.</summary>
[CollectionDefinition(nameof(MisuseTests), DisableParallelization = true)]
public sealed class MisuseTestsCollection;

/// <summary>
/// What ends a process elsewhere, or gives wrong numbers without a word, is an exception here: objects that are disposed of, shared or
/// dropped while other threads use them. A memory fault in one of these tests ends the test run.
/// </summary>
[Collection(nameof(MisuseTests))]
public sealed class MisuseTests
{
    private const int Streams = 4, Dim = 16;

    private static readonly float[] Tokens = Inputs.Normal(new Random(1), Streams * Dim, 1);

    public static TheoryData<Layer> Kinds => [Layer.Of<CausalSoftmax16>(), Layer.Of<CausalExact16>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Dispose_while_another_thread_takes_steps(Layer layer)
    {
        var (attention, _) = layer.Create();
        attention.DegreeOfParallelism = 2;
        Step(attention.CreateDecodingState(Streams)); // what calls keep for the next one
        Collect();
        var before = AlignedBuffer.BytesInUse;
        for (var round = 0; round < 300; round++)
        {
            var state = attention.CreateDecodingState(Streams);
            ObjectDisposedException? end = null;
            var steps = 0;
            var thread = new Thread(() =>
            {
                try
                {
                    while (true)
                    {
                        Step(state);
                        steps++;
                    }
                }
                catch (ObjectDisposedException exception)
                {
                    end = exception; // any other ends the process
                }
            });
            thread.Start();
            if (round % 4 > 0)
            {
                SpinWait.SpinUntil(() => Volatile.Read(ref steps) >= round % 4); // in the midst of the steps
            }

            state.Dispose();
            thread.Join();
            Assert.Equal(nameof(DecodingState), end?.ObjectName);
            Assert.InRange(steps, 0, state.Position); // each that returned was whole
            Assert.Equal(0, state.StateBytes);
        }

        Assert.InRange(AlignedBuffer.BytesInUse, 0, before);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Dispose_while_a_save_is_under_way(Layer layer)
    {
        var (attention, _) = layer.Create();
        var state = attention.CreateDecodingState(Streams);
        Step(state);
        var expected = new MemoryStream();
        state.Save(expected);

        var held = AlignedBuffer.BytesInUse;
        var written = new Hooked(() => state.Dispose());
        state.Save(written);
        Assert.Equal(expected.ToArray(), written.ToArray());
        Assert.True(AlignedBuffer.BytesInUse < held);
        Assert.Throws<ObjectDisposedException>(() => state.Save(Stream.Null));
        Assert.Throws<ObjectDisposedException>(state.Fork);
        Assert.Throws<ObjectDisposedException>(() => Step(state));
        Assert.Throws<ObjectDisposedException>(() => state.Prefill(default, Tokens, Tokens, default, new AttentionShape(1, Streams, 1)));
    }

    [Fact]
    public void A_state_takes_one_call_at_a_time_but_for_forks_and_saves()
    {
        using var state = new CausalSoftmax16(1).CreateDecodingState(Streams);
        Step(state);
        var refused = 0;
        state.Save(new Hooked(() =>
        {
            foreach (var call in new Action[]
            {
                () => Step(state), () => state.Prefill(default, Tokens, Tokens, default, new AttentionShape(1, Streams, 1)),
                () => state.End(0), () => state.Restart(0),
            })
            {
                var error = Assert.Throws<InvalidOperationException>(call);
                Assert.Contains("Another call is using this DecodingState", error.Message, StringComparison.Ordinal);
                Assert.Contains("Fork", error.Message, StringComparison.Ordinal);
                refused++;
            }

            using var fork = state.Fork();
            fork.Save(Stream.Null);
            state.Save(Stream.Null);
            Step(fork);
        }));
        Assert.True(refused >= 4);
        Assert.Equal(1, state.Position);
    }

    /// <summary>Exact attention moves its memory while it grows, which is what a step on another thread must not see.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Threads_that_share_a_state_are_told_or_take_turns(Layer layer)
    {
        var (attention, _) = layer.Create();
        using var state = attention.CreateDecodingState(Streams);
        var (taken, refused) = (0, 0);
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            for (var i = 0; i < 1000; i++)
            {
                try
                {
                    Step(state);
                    Interlocked.Increment(ref taken);
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        });
        Assert.Equal(4000, taken + refused);
        Assert.Equal(taken, state.Position);
    }

    [Fact]
    public void Queries_of_an_item_set_run_beside_each_other()
    {
        var attention = new Catalogue(1);
        var (key, value) = (Inputs.Normal(new Random(2), 1000 * 16, 1), Inputs.Normal(new Random(3), 1000 * 4, 1));
        var queries = Enumerable.Range(0, 16).Select(seed => Inputs.Normal(new Random(10 + seed), 50 * 16, 1)).ToArray();
        var expected = queries.Select(query => Attend(Filled(), query)).ToArray();
        for (var round = 0; round < 30; round++)
        {
            var set = Filled(); // so that the first query is one of several
            Parallel.For(0, queries.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
            {
                Compare.Same(expected[i], Attend(set, queries[i]));
                if (i % 4 == 0)
                {
                    Compare.Same(expected[i], Attend(set.Clone(), queries[i]));
                }
            });
        }

        ItemSet Filled()
        {
            var set = attention.CreateItemSet();
            set.Add(key, value);
            return set;
        }

        static float[] Attend(ItemSet set, float[] query)
        {
            var output = new float[query.Length / 16 * 4];
            set.Attend(query, output);
            return output;
        }
    }

    [Fact]
    public void Threads_that_add_items_to_one_set_are_told_or_take_turns()
    {
        var attention = new Catalogue(1);
        var set = attention.CreateItemSet();
        var (key, value) = (Inputs.Normal(new Random(2), 70 * 16, 1), Inputs.Normal(new Random(3), 70 * 4, 1));
        var (added, refused) = (0L, 0);
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var items = 1 + (i % 70);
                try
                {
                    if (thread == 3)
                    {
                        set.Attend(key.AsSpan(0, 16), new float[4]);
                        continue;
                    }

                    set.Add(key.AsSpan(0, items * 16), value.AsSpan(0, items * 4));
                    Interlocked.Add(ref added, items);
                }
                catch (InvalidOperationException error)
                {
                    Assert.Contains("ItemSet", error.Message, StringComparison.Ordinal);
                    Interlocked.Increment(ref refused);
                }
            }
        });
        Assert.Equal(added, set.Count);

        // What was added is there, whatever was refused.
        var output = new float[4];
        set.Attend(key.AsSpan(0, 16), output);
        Assert.All(output, x => Assert.True(float.IsFinite(x)));
    }

    [Fact]
    public void A_set_joins_itself_and_others_that_are_queried()
    {
        var attention = new Catalogue(1);
        var (one, other) = (attention.CreateItemSet(), attention.CreateItemSet());
        one.Add(new float[16], new float[4]);
        other.Add(one);
        one.Add(one);
        Assert.Equal((2, 1), (one.Count, other.Count));
    }

    [Fact]
    public void Threads_that_share_a_result_are_told_or_take_turns()
    {
        const int Length = 100;
        var attention = new Softmax16(1) { DegreeOfParallelism = 1 };
        var shape = new AttentionShape(1, 1, Length);
        var inputs = Enumerable.Range(0, 4).Select(seed => Inputs.Normal(new Random(seed), Length * 16, 1)).ToArray();
        var expected = inputs.Select(x =>
        {
            var own = new BackwardContext();
            attention.Forward(x, x, x, new float[x.Length], shape, new() { Context = own });
            return own.LogSumExp.ToArray();
        }).ToArray();
        var context = new BackwardContext();
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            var x = inputs[thread];
            var output = new float[x.Length];
            for (var i = 0; i < 300; i++)
            {
                try
                {
                    attention.Forward(x, x, x, output, shape, new() { Context = context });
                }
                catch (InvalidOperationException error)
                {
                    Assert.Contains("BackwardContext", error.Message, StringComparison.Ordinal);
                }
            }
        });

        // It is of one of the calls, not of several.
        Assert.Contains(expected, own => own.AsSpan().SequenceEqual(context.LogSumExp));
    }

    /// <summary>
    /// Key lengths that another thread changes during the call: not the answer to either, but nothing outside the keys is read.
    /// </summary>
    [Fact]
    public void Key_lengths_that_change_during_a_call_reach_nothing_outside()
    {
        const int Length = 200;
        var attention = new Softmax16(1) { DegreeOfParallelism = 2 };
        var shape = new AttentionShape(16, 1, Length);
        int[] keyLengths = [.. Enumerable.Repeat(Length, 16)];
        var (query, output) = (Inputs.Normal(new Random(1), 16 * Length * 16, 1), new float[16 * Length * 16]);
        using var stop = new CancellationTokenSource();
        var changing = new Thread(() =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                Volatile.Write(ref keyLengths[i % 16], i % 3 == 0 ? Length : i % 3 == 1 ? int.MaxValue : int.MinValue);
            }
        });
        changing.Start();
        for (var i = 0; i < 300; i++)
        {
            _ = Record.Exception(() => attention.Forward(query, query, query, output, shape, new() { KeyLengths = keyLengths }));
        }

        stop.Cancel();
        changing.Join();
        Assert.True(attention.DegreeOfParallelism == 2);
    }

    /// <summary>A finalizer may bring an object back whose native memory is gone.</summary>
    [Fact]
    public void A_state_that_was_collected_and_brought_back_is_disposed_of()
    {
        Drop();
        Collect();
        Assert.Throws<ObjectDisposedException>(() => Step(Revived.Last!.State));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Drop() => _ = new Revived(new CausalSoftmax16(1).CreateDecodingState(Streams));
    }

    /// <summary>Memory grows with what was read, whatever the header says: 2 GiB of it for 250 kB, and more, were taken once.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_file_takes_the_memory_of_what_it_holds(Layer layer)
    {
        const int Rows = 3;
        var (attention, _) = layer.Create();
        using var state = attention.CreateDecodingState(40);
        var tokens = new float[40 * Rows * Dim];
        state.Prefill(default, tokens, tokens, default, new AttentionShape(1, 40, Rows));
        using var saved = new MemoryStream();
        state.Save(saved);
        var bytes = saved.ToArray();
        var declaration = BitConverter.ToInt32(bytes, 12);
        var header = 16 + declaration + 4 + 4 + 4;
        foreach (var (streams, position)
            in new[] { (40, Rows), (int.MaxValue, Rows), (int.MaxValue, int.MaxValue - 64), (1, int.MaxValue - 64) })
        {
            var claimed = bytes.ToArray();
            BitConverter.TryWriteBytes(claimed.AsSpan(header - 4), streams);
            BitConverter.TryWriteBytes(claimed.AsSpan(header), Crc32.Append(0, claimed.AsSpan(0, header)));
            BitConverter.TryWriteBytes(claimed.AsSpan(header + 4), (long)position); // of the first stream, and its rows
            if (layer.Kernel is null)
            {
                BitConverter.TryWriteBytes(claimed.AsSpan(header + 12), position);
            }

            Collect();
            var (before, most) = (AlignedBuffer.BytesInUse, 0L);
            var managed = GC.GetAllocatedBytesForCurrentThread();
            using var stream = new Watched(claimed, () => most = Math.Max(most, AlignedBuffer.BytesInUse - before));
            var error = Record.Exception(() => attention.LoadDecodingState(stream).Dispose());
            Assert.Equal(streams == 40 ? null : typeof(InvalidDataException), error?.GetType());

            // Room for 64 rows where there are 3, and twice as much while it doubles.
            Assert.InRange(most, 0, 64 / Rows * 3 * bytes.Length);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - managed, 0, (10 * bytes.Length) + 100_000);
            Assert.InRange(AlignedBuffer.BytesInUse, 0, before); // and what was refused holds nothing
        }
    }

    /// <summary>Nothing disposes of an item set, so the collector must know how large it is: 4 GB of them in all.</summary>
    [Fact]
    public void Objects_that_nobody_disposes_of_do_not_pile_up()
    {
        var attention = new Softmax64(1);
        Collect();
        var (before, most) = (AlignedBuffer.BytesInUse, 0L);
        for (var i = 0; i < 20_000; i++)
        {
            _ = attention.CreateItemSet();
            most = Math.Max(most, AlignedBuffer.BytesInUse - before);
            if (i % 100 == 0)
            {
                Thread.Sleep(1); // the collector runs beside
            }
        }

        Assert.InRange(most, 0, 1_000_000_000);
    }

    /// <summary>
    /// A caller that is interrupted while it waits for its helpers may not leave before them: they use memory that only it holds still.
    /// </summary>
    [Fact]
    public void An_interrupted_call_ends_as_any_other()
    {
        var attention = new Softmax64(1) { DegreeOfParallelism = Math.Max(2, Environment.ProcessorCount) };
        var inputs = new Inputs(Layer.Of<Softmax64>(), 2000, 2000, seed: 1);
        var expected = inputs.Forward(attention);
        var whole = 0;
        var thread = new Thread(() =>
        {
            for (var i = 0; i < 60; i++)
            {
                try
                {
                    whole += inputs.Forward(attention).AsSpan().SequenceEqual(expected) ? 1 : 0;
                }
                catch (ThreadInterruptedException)
                {
                    // Not whole.
                }
            }
        });
        thread.Start();
        while (thread.IsAlive)
        {
            thread.Interrupt();
            Thread.Sleep(1);
        }

        Assert.Equal(60, whole);
    }

    private static void Step(DecodingState state) => state.Step(Tokens, Tokens, Tokens, new float[Streams * Dim]);

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    /// <summary>Does something at the first write.</summary>
    private sealed class Hooked(Action hook) : MemoryStream
    {
        private Action? _hook = hook;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var hook = _hook;
            _hook = null;
            hook?.Invoke();
            base.Write(buffer);
        }
    }

    /// <summary>Looks at something at each read.</summary>
    private sealed class Watched(byte[] bytes, Action look) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer)
        {
            look();
            return base.Read(buffer);
        }
    }

    private sealed class Revived(DecodingState state)
    {
        public static Revived? Last { get; set; }

        public DecodingState State => state;

        ~Revived() => Last = this;
    }
}
