using System.Buffers.Binary;
using System.Text;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Integrity;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// The codes of records, which a stream's seal is the sum of: keyed hashes of everything of a record that decides. Each
/// text has its length before it, and each kind of record its number, so that no two records are encoded alike. Not for
/// several threads at once.
/// </summary>
/// <param name="hash">Hashes under the key of a seal.</param>
internal sealed class RecordCodes(KeyedHash hash)
{
    private const int FirstLength = 512;

    private byte[] buffer = new byte[FirstLength];
    private int length;

    /// <summary>How many kinds there are follows from <see cref="RecordedChange"/>. Numbers are never used again.</summary>
    private enum Kind : byte
    {
        Default = 1,
        Override = 2,
        Video = 3,
        Grant = 4,
        ErasedIdentifier = 5,
        Purpose = 6,
        Stream = 7,
    }

    /// <summary>A default of a creator.</summary>
    public Sum256 Of(ReadOnlySpan<byte> creator, DefaultKey key, DefaultSetting setting)
    {
        Begin(Kind.Default, creator);
        Add(key.Purpose.Name);
        Add(key.Requester?.Value ?? "");
        foreach (var segment in setting.Segments)
        {
            Add(segment.From);
            Add(
                segment.Choice.Effect,
                segment.Choice.Conditions,
                segment.Choice.ExpiresAt,
                segment.Choice.VocabularyVersion
            );
            Add(segment.Stamp);
        }
        return End();
    }

    /// <summary>An override of a creator.</summary>
    public Sum256 Of(ReadOnlySpan<byte> creator, OverrideKey key, OverrideSetting setting)
    {
        Begin(Kind.Override, creator);
        Add(key.Video);
        Add(key.Purpose.Name);
        Add(key.Requester?.Value ?? "");
        Add(
            setting.Choice.Effect,
            setting.Choice.Conditions,
            setting.Choice.ExpiresAt,
            setting.Choice.VocabularyVersion
        );
        Add(setting.Stamp);
        return End();
    }

    /// <summary>An override, by the bytes of its row.</summary>
    public Sum256 OfOverride(
        ReadOnlySpan<byte> creator,
        ReadOnlySpan<byte> owner,
        ReadOnlySpan<byte> video,
        ReadOnlySpan<byte> purpose,
        ReadOnlySpan<byte> requester,
        in Domain.Decisions.Setting setting
    )
    {
        Begin(Kind.Override, creator);
        Add(owner);
        Add(video);
        Add(purpose);
        Add(requester);
        Add(
            setting.Effect,
            setting.Conditions,
            setting.ExpiresAt == Instant.Never ? null : setting.ExpiresAt,
            setting.VocabularyVersion
        );
        Add(setting.Stamp);
        return End();
    }

    /// <summary>What is registered about a video.</summary>
    public Sum256 Of(VideoKey video, VideoRecord record)
    {
        Span<byte> owner = stackalloc byte[Encoding.UTF8.GetByteCount(video.Creator.Value)];
        Encoding.UTF8.GetBytes(video.Creator.Value, owner);
        Begin(Kind.Video, owner);
        Add(video.Video.Value);
        Add(record.PublishedAt);
        Add(record.Participants.Length);
        foreach (var participant in record.Participants)
        {
            Add(participant.Creator.Value);
            Add((long)participant.Role);
        }
        Add(record.Sources.Length);
        foreach (var source in record.Sources)
            Add(source);
        foreach (var identifier in record.Identifiers)
            Add(identifier.Identifier.ToString());
        return End();
    }

    /// <summary>
    /// What is registered about a video without participants and sources, by the bytes of its row.
    /// </summary>
    /// <param name="owner">The owner.</param>
    /// <param name="video">The video.</param>
    /// <param name="publishedAt">When it was published; null if that is unknown.</param>
    /// <param name="identifiers">Its identifiers with spaces between them; empty if there are none.</param>
    public Sum256 OfPlainVideo(
        ReadOnlySpan<byte> owner,
        ReadOnlySpan<byte> video,
        Instant? publishedAt,
        ReadOnlySpan<byte> identifiers
    )
    {
        Begin(Kind.Video, owner);
        Add(video);
        Add(publishedAt);
        Add(0);
        Add(0);
        if (!identifiers.IsEmpty)
        {
            foreach (var identifier in identifiers.Split((byte)' '))
                Add(identifiers[identifier]);
        }
        return End();
    }

    /// <summary>A grant of a creator. Only one that stands decides; another one adds nothing.</summary>
    public Sum256 Of(ReadOnlySpan<byte> creator, Guid id, GrantRecord grant)
    {
        if (grant.State != GrantState.Standing)
            return default;
        Begin(Kind.Grant, creator);
        Add(id);
        Add(grant.Request);
        Add(grant.Video);
        Add(grant.UsedIn);
        Add(grant.Requester.Value);
        Add(grant.Terms.Purpose.Name);
        Add(Effect.Allow, grant.Terms.Conditions, grant.Terms.ExpiresAt, grant.Terms.VocabularyVersion);
        Add(grant.Terms.Uses ?? -1);
        Add(grant.Stamp);
        return End();
    }

    /// <summary>The hash of an identifier of an erased creator.</summary>
    public Sum256 Of(ReadOnlySpan<byte> creator, string kid, IdentifierHash erased)
    {
        Begin(Kind.ErasedIdentifier, creator);
        Add(kid);
        Add(erased.ToBytes());
        return End();
    }

    /// <summary>A purpose of the vocabulary.</summary>
    public Sum256 Of(PurposeDefinition purpose)
    {
        Begin(Kind.Purpose, "$vocabulary"u8);
        Add(purpose.Purpose.Name);
        Add(purpose.MarkedLikeness ? 1 : 0);
        Add(purpose.Description);
        Add(purpose.IntroducedIn);
        return End();
    }

    /// <summary>How far a stream is.</summary>
    /// <param name="stream">Its name.</param>
    /// <param name="version">Its newest version.</param>
    /// <param name="head">The hash of its newest leaf.</param>
    public Sum256 OfStream(ReadOnlySpan<byte> stream, long version, ReadOnlySpan<byte> head)
    {
        Begin(Kind.Stream, stream);
        Add(version);
        Add(head);
        return End();
    }

    private void Begin(Kind kind, ReadOnlySpan<byte> stream)
    {
        buffer[0] = (byte)kind;
        length = 1;
        Add(stream);
    }

    private Sum256 End()
    {
        Span<byte> code = stackalloc byte[KeyedHash.Length];
        hash.Compute(buffer.AsSpan(0, length), code);
        return Sum256.From(code);
    }

    private void Add(VideoKey video)
    {
        Add(video.Creator.Value);
        Add(video.Video.Value);
    }

    private void Add(Effect effect, Conditions conditions, Instant? expiresAt, int vocabularyVersion)
    {
        Add((long)effect);
        Add((long)conditions);
        Add(expiresAt);
        Add(vocabularyVersion);
    }

    private void Add(Stamp stamp)
    {
        Add(stamp.Version);
        Add(stamp.At.Microseconds);
    }

    private void Add(Instant? moment)
    {
        Add(moment is null ? 0 : 1);
        Add(moment?.Microseconds ?? 0);
    }

    private void Add(Guid id) => id.TryWriteBytes(Take(16), bigEndian: true, out _);

    private void Add(long number) => BinaryPrimitives.WriteInt64BigEndian(Take(sizeof(long)), number);

    private void Add(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), bytes);
        Encoding.UTF8.GetBytes(text, Take(bytes));
    }

    private void Add(ReadOnlySpan<byte> text)
    {
        BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), text.Length);
        text.CopyTo(Take(text.Length));
    }

    private Span<byte> Take(int bytes)
    {
        if (buffer.Length - length < bytes)
            Array.Resize(ref buffer, Math.Max(2 * buffer.Length, length + bytes));
        length += bytes;
        return buffer.AsSpan(length - bytes, bytes);
    }
}
