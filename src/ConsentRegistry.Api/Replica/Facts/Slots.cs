using System.Runtime.CompilerServices;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>What a table of slots needs to know of one.</summary>
internal interface ISlot
{
    /// <summary>The record's name; empty in an empty slot.</summary>
    FactKey Key { get; }

    /// <summary>Whether the slot says nothing any more, so that a growing table may leave it behind.</summary>
    bool IsDead { get; }
}

/// <summary>
/// The part of a slot that is read and written as one word, and so is never half old and half new: a plain setting, and
/// where to find what does not fit.
/// </summary>
/// <param name="Bits">The fields of <see cref="SlotLayout"/>.</param>
internal readonly record struct SlotWord(ulong Bits)
{
    /// <summary>The place of what does not fit into the slot; 0 if everything does.</summary>
    public int Link => (int)SlotLayout.Link.Of(Bits);

    /// <summary>The effect of the plain setting; 0 if there is none.</summary>
    public Effect Effect => (Effect)SlotLayout.Effect.Of(Bits);

    /// <summary>Whether there is a plain setting.</summary>
    public bool HasPlain => Effect != default;

    /// <summary>The purpose of the plain setting.</summary>
    public PurposeIndex Purpose => new((byte)SlotLayout.Purpose.Of(Bits));

    /// <summary>Of a video: whether it is registered.</summary>
    public bool IsRegistered => SlotLayout.Registered.Of(Bits) != 0;

    /// <summary>Of a creator: whether what memory knows is in doubt, so that nothing may be answered from it.</summary>
    public bool IsUnreadable => SlotLayout.Unreadable.Of(Bits) != 0;

    /// <summary>
    /// Of a creator: which of their records hold. Of a record: to which epoch of its decider it belongs.
    /// </summary>
    public byte Epoch => (byte)SlotLayout.Epoch.Of(Bits);

    public SlotWord WithLink(int link) => new(SlotLayout.Link.In(Bits, (uint)link));

    public SlotWord WithRegistered(bool registered) => new(SlotLayout.Registered.In(Bits, registered ? 1UL : 0));

    public SlotWord WithUnreadable(bool unreadable) => new(SlotLayout.Unreadable.In(Bits, unreadable ? 1UL : 0));

    public SlotWord WithEpoch(byte epoch) => new(SlotLayout.Epoch.In(Bits, epoch));

    public SlotWord WithoutPlain() => new(Bits & ~SlotLayout.Plain);

    /// <summary>The word with a plain setting. Of the setting, the stamp stands beside the word.</summary>
    public SlotWord WithPlain(in Setting setting) =>
        new(
            (Bits & ~SlotLayout.Plain)
                | SlotLayout.Purpose.Put(setting.Purpose.Value)
                | SlotLayout.Effect.Put((ulong)setting.Effect)
                | SlotLayout.Conditions.Put((ulong)setting.Conditions)
                | SlotLayout.Vocabulary.Put((ulong)setting.VocabularyVersion)
        );

    /// <summary>Whether a setting fits: it is for anybody, covers every video and never expires.</summary>
    public static bool Fits(in Setting setting) =>
        setting.Audience == Audience.Anybody
        && setting.ExpiresAt == Instant.Never
        && setting.From == Instant.Beginning
        && setting.VocabularyVersion >= 0
        && (ulong)setting.VocabularyVersion <= SlotLayout.Vocabulary.Largest;

    /// <summary>The plain setting.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Setting Plain(Scope scope, Stamp stamp) =>
        new()
        {
            Scope = scope,
            Audience = Audience.Anybody,
            Purpose = Purpose,
            Effect = Effect,
            Conditions = (Conditions)SlotLayout.Conditions.Of(Bits),
            VocabularyVersion = (int)SlotLayout.Vocabulary.Of(Bits),
            From = Instant.Beginning,
            ExpiresAt = Instant.Never,
            Stamp = stamp,
        };
}

/// <summary>
/// What is registered about a video and what its owner has said about it; or what a participant has said about it. 48
/// bytes.
/// </summary>
internal struct VideoSlot : ISlot
{
    public FactKey Name;
    public long PublishedAt;
    public long StampVersion;
    public long StampAt;
    public SlotWord Word;

    public readonly FactKey Key => Name;

    public readonly bool IsDead => !Word.HasPlain && !Word.IsRegistered && Word.Link == 0;

    /// <summary>When the video was published; the beginning if that is unknown.</summary>
    public readonly Instant? Published =>
        PublishedAt == Instant.Beginning.Microseconds ? null : new Instant(PublishedAt);

    /// <summary>The change that last altered the plain setting.</summary>
    public readonly Stamp Stamp => new(StampVersion, new(StampAt));

    public readonly Setting Plain => Word.Plain(Scope.Override, Stamp);
}

/// <summary>A creator's stream, and their default if it is a plain one. 64 bytes.</summary>
internal struct CreatorSlot : ISlot
{
    public FactKey Name;
    public long Version;
    public long StampVersion;
    public long StampAt;
    public SlotWord Word;
    public int Overrides;
    public int Videos;
    public int Identifiers;

    public readonly FactKey Key => Name;

    // A stream's version is never forgotten: after it, what comes next is known.
    public readonly bool IsDead => false;

    /// <summary>The change that last altered the plain setting.</summary>
    public readonly Stamp Stamp => new(StampVersion, new(StampAt));

    public readonly Setting Plain => Word.Plain(Scope.Default, Stamp);
}
