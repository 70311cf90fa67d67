using System.Text.Json;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Checks.Direct;

/// <summary>
/// A check read straight from a request's bytes. Only what nearly every check looks like is read this way; whatever
/// else there may be, or be wrong, is left to the reader that names it.
/// </summary>
/// <remarks>The parts are places in the bytes that were read, so that many can be kept.</remarks>
internal struct DirectCheck
{
    public Part Creator;
    public Part Video;
    public Part Purpose;
    public Part Requester;

    /// <summary>The list of a content's identifiers, as JSON.</summary>
    public Part Content;
    public int MaxStalenessMs;
    public bool IsStrong;

    /// <summary>Bytes of a text; of none, the length is 0.</summary>
    internal readonly record struct Part(int Start, int Length)
    {
        public bool IsNone => Length == 0;

        public Part Moved(int by) => this with { Start = Start + by };

        public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> bytes) => bytes.Slice(Start, Length);
    }

    [Flags]
    private enum Member
    {
        None = 0,
        Creator = 1,
        Video = 2,
        Purpose = 4,
        Requester = 8,
        Consistency = 16,
        MaxStaleness = 32,
        Content = 64,
        All = Creator | Video | Purpose | Requester | Consistency | MaxStaleness | Content,
    }

    /// <summary>
    /// Whether the reader throws this at what it cannot read: at no JSON, or at text that is not Unicode.
    /// </summary>
    public static bool IsUnreadable(Exception exception) => exception is JsonException or InvalidOperationException;

    /// <summary>Reads a check that is all there is; false if it is not of the usual kind.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="check">The check; its ids are valid.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out DirectCheck check)
    {
        check = default;
        try
        {
            var reader = new Utf8JsonReader(bytes, isFinalBlock: true, default);
            return reader.Read()
                && reader.TokenType == JsonTokenType.StartObject
                && TryReadMembers(ref reader, bytes, ref check)
                && check.IsWhole
                && !reader.Read();
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return false;
        }
    }

    /// <summary>Reads a check that is one line among many; its parts are places in all of the bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, int start, int length, out DirectCheck check)
    {
        if (!TryRead(bytes.Slice(start, length), out check))
            return false;
        check.Creator = check.Creator.Moved(start);
        check.Video = check.Video.Moved(start);
        check.Purpose = check.Purpose.Moved(start);
        check.Requester = check.Requester.Moved(start);
        check.Content = check.Content.Moved(start);
        return true;
    }

    /// <summary>Whether the check names all that it has to.</summary>
    public readonly bool IsWhole =>
        !Purpose.IsNone && (Content.IsNone ? !Creator.IsNone && !Video.IsNone : Creator.IsNone && Video.IsNone);

    /// <summary>
    /// Reads the members of an object that has just begun, up to its end; false if they are not of the usual kind.
    /// </summary>
    /// <param name="reader">The reader.</param>
    /// <param name="bytes">What it reads.</param>
    /// <param name="check">What is named already, and what is named here in its place.</param>
    public static bool TryReadMembers(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes, ref DirectCheck check) =>
        TryReadMembers(ref reader, bytes, ref check, Member.All);

    /// <summary>
    /// Reads what checks have in common. Not even as null may that name a video: a default video would be every item's.
    /// An owner that all have in common goes with ids only.
    /// </summary>
    public static bool TryReadDefaults(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes, ref DirectCheck defaults) =>
        TryReadMembers(ref reader, bytes, ref defaults, Member.All & ~(Member.Video | Member.Content));

    private static bool TryReadMembers(
        ref Utf8JsonReader reader,
        ReadOnlySpan<byte> bytes,
        ref DirectCheck check,
        Member known
    )
    {
        var seen = Member.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!TryFind(ref reader, out var member) || (known & ~seen & member) == Member.None || !reader.Read())
                return false;
            seen |= member;
            // What is optional may be null, which is as if it were not there.
            if (reader.TokenType == JsonTokenType.Null)
                continue;
            var isGood = member switch
            {
                Member.Creator => TryReadId(ref reader, ref check.Creator),
                Member.Video => TryReadId(ref reader, ref check.Video),
                Member.Purpose => TryReadText(ref reader, ref check.Purpose),
                Member.Requester => TryReadId(ref reader, ref check.Requester),
                Member.Content => TryReadList(ref reader, ref check.Content),
                Member.Consistency => TryReadConsistency(ref reader, ref check.IsStrong),
                _ => reader.TokenType == JsonTokenType.Number
                    && reader.TryGetInt32(out check.MaxStalenessMs)
                    && check.MaxStalenessMs is >= 0 and <= CheckValidator.MaxStalenessMs,
            };
            if (!isGood)
                return false;
        }
        return reader.TokenType == JsonTokenType.EndObject;
    }

    private static bool TryFind(ref Utf8JsonReader reader, out Member member)
    {
        member = default;
        if (reader.ValueIsEscaped)
            return false;
        var name = reader.ValueSpan;
        member = name.Length switch
        {
            9 when name.SequenceEqual("creatorId"u8) => Member.Creator,
            9 when name.SequenceEqual("requester"u8) => Member.Requester,
            7 when name.SequenceEqual("videoId"u8) => Member.Video,
            7 when name.SequenceEqual("purpose"u8) => Member.Purpose,
            7 when name.SequenceEqual("content"u8) => Member.Content,
            11 when name.SequenceEqual("consistency"u8) => Member.Consistency,
            14 when name.SequenceEqual("maxStalenessMs"u8) => Member.MaxStaleness,
            _ => Member.None,
        };
        return member != Member.None;
    }

    private static bool TryReadText(ref Utf8JsonReader reader, ref Part part)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped || reader.ValueSpan.IsEmpty)
            return false;
        // Past the quotation mark.
        part = new((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
        return true;
    }

    private static bool TryReadId(ref Utf8JsonReader reader, ref Part part) =>
        TryReadText(ref reader, ref part) && Identifier.IsValid(reader.ValueSpan);

    private static bool TryReadList(ref Utf8JsonReader reader, ref Part part)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        part = new(start, (int)reader.BytesConsumed - start);
        return true;
    }

    private static bool TryReadConsistency(ref Utf8JsonReader reader, ref bool isStrong)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped)
            return false;
        isStrong = reader.ValueSpan.SequenceEqual("strong"u8);
        return isStrong || reader.ValueSpan.SequenceEqual("fast"u8);
    }
}
