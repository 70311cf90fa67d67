using System.Runtime.InteropServices;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Integrity;

namespace ConsentRegistry.Api.Replica;

/// <summary>
/// Compares all that is loaded with the seals of its streams: what a seal says there is has to come, and nothing else.
/// </summary>
internal sealed class SealCheck(IntegrityKeys keys)
{
    private readonly Dictionary<FactKey, Rest> streams = [];
    private readonly Dictionary<SealKey, RecordCodes> codes = [];
    private readonly HashSet<CreatorId> strangers = [];

    /// <summary>Begins a stream, before its records come.</summary>
    /// <param name="stream">Its name in memory.</param>
    /// <param name="row">Its row.</param>
    /// <param name="seal">Its seal; null if it has none.</param>
    public void Begin(in FactKey stream, StreamRowContent row, StreamSeal? seal)
    {
        var key = seal is null ? null : keys.FindSealKey(seal.Kid);
        var sum = key?.Open(row, seal!);
        streams.Add(stream, new(sum is null ? null : key, sum ?? default));
    }

    /// <summary>
    /// What the codes of a stream's records are made by; null where it is known already that its seal is not right.
    /// </summary>
    /// <param name="stream">The stream's name in memory.</param>
    /// <param name="id">Its id.</param>
    public RecordCodes? CodesOf(in FactKey stream, ReadOnlySpan<byte> id)
    {
        if (!streams.TryGetValue(stream, out var rest))
        {
            if (CreatorId.TryParse(System.Text.Encoding.UTF8.GetString(id), out var stranger))
                strangers.Add(stranger);
            return null;
        }
        if (rest.Key is null)
            return null;
        if (!codes.TryGetValue(rest.Key, out var made))
            codes.Add(rest.Key, made = rest.Key.Codes());
        return made;
    }

    /// <summary>Notes that a record of a stream came.</summary>
    public void Take(in FactKey stream, Sum256 code)
    {
        ref var rest = ref CollectionsMarshal.GetValueRefOrNullRef(streams, stream);
        rest = rest with { Missing = rest.Missing - code };
    }

    /// <summary>Notes that a record of a stream cannot be read: no seal says so.</summary>
    public void Spoil(in FactKey stream)
    {
        if (streams.ContainsKey(stream))
            streams[stream] = default;
    }

    /// <summary>Whether a stream is not what its seal says.</summary>
    public bool IsWrong(in FactKey stream) => streams.TryGetValue(stream, out var rest) && rest.IsWrong;

    /// <summary>Whether any stream is not what its seal says.</summary>
    public bool FindsAny => strangers.Count > 0 || streams.Values.Any(rest => rest.IsWrong);

    /// <summary>Those of whom records came without a stream.</summary>
    public IReadOnlyCollection<CreatorId> Strangers => strangers;

    private readonly record struct Rest(SealKey? Key, Sum256 Missing)
    {
        public bool IsWrong => Key is null || Missing != default;
    }
}
