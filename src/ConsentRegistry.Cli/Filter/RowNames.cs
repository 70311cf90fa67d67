using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ConsentRegistry.Cli.Filter;

/// <summary>
/// Collects what one row names: the ids of a video, or identifiers of its content. Ids count where a row has both. Used
/// again for the next row.
/// </summary>
internal sealed class RowNames
{
    private readonly ArrayBufferWriter<byte> creator = new();
    private readonly ArrayBufferWriter<byte> video = new();
    private readonly ArrayBufferWriter<byte> identifiers = new();
    private readonly ArrayBufferWriter<byte> names = new();

    /// <summary>The members of a check that name a video; empty if the row names none.</summary>
    public ReadOnlySpan<byte> Names
    {
        get
        {
            names.ResetWrittenCount();
            if (creator.WrittenCount > 0 && video.WrittenCount > 0)
            {
                names.Write("\"creatorId\":\""u8);
                names.Write(creator.WrittenSpan);
                names.Write("\",\"videoId\":\""u8);
                names.Write(video.WrittenSpan);
                names.Write("\""u8);
            }
            else if (identifiers.WrittenCount > 0)
            {
                names.Write("\"content\":["u8);
                names.Write(identifiers.WrittenSpan);
                names.Write("]"u8);
            }
            return names.WrittenSpan;
        }
    }

    /// <summary>Forgets the row.</summary>
    public void Clear()
    {
        creator.ResetWrittenCount();
        video.ResetWrittenCount();
        identifiers.ResetWrittenCount();
    }

    /// <summary>Notes the owner's id, as it stands between quotation marks in JSON.</summary>
    public void AddCreator(ReadOnlySpan<byte> escaped) => creator.Write(escaped);

    /// <summary>Notes the owner's id for the video, as it stands between quotation marks in JSON.</summary>
    public void AddVideo(ReadOnlySpan<byte> escaped) => video.Write(escaped);

    /// <summary>Notes an identifier, as it stands between quotation marks in JSON.</summary>
    public void AddIdentifier(ReadOnlySpan<byte> scheme, ReadOnlySpan<byte> escaped)
    {
        if (escaped.IsEmpty)
            return;
        Separate();
        identifiers.Write("{\"scheme\":\""u8);
        identifiers.Write(scheme);
        identifiers.Write("\",\"value\":\""u8);
        identifiers.Write(escaped);
        identifiers.Write("\"}"u8);
    }

    /// <summary>Notes the items of a list of identifiers that is JSON already.</summary>
    public void AddContent(ReadOnlySpan<byte> items)
    {
        items = items.Trim(" \t\r"u8);
        if (items.IsEmpty)
            return;
        Separate();
        identifiers.Write(items);
    }

    /// <summary>A text as it stands between quotation marks in JSON.</summary>
    public static ReadOnlySpan<byte> Escape(ReadOnlySpan<char> text)
    {
        // Half of a surrogate pair becomes U+FFFD, with which no id and no identifier is valid.
        return JsonEncodedText.Encode(text).EncodedUtf8Bytes;
    }

    private void Separate()
    {
        if (identifiers.WrittenCount > 0)
            identifiers.Write(","u8);
    }
}
