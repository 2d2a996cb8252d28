namespace KernelGen.Bench.Torch.Peers;

/// <summary>A way to compute attention.</summary>
internal interface IContender
{
    string Name { get; }

    /// <summary>Whether it computes a case.</summary>
    bool Can(PeerCase what);

    /// <summary>Brings the inputs into its own memory, untimed.</summary>
    IPreparedCase Prepare(PeerCase what, PeerInputs inputs);
}
