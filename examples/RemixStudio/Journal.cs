using System.Text.Json;
using System.Text.Json.Serialization;

namespace RemixStudio;

/// <summary>What happened at the studio.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(VideoUploaded), "videoUploaded")]
[JsonDerivedType(typeof(RemixBegun), "remixBegun")]
[JsonDerivedType(typeof(UseRecorded), "useRecorded")]
[JsonDerivedType(typeof(RemixTakenDown), "remixTakenDown")]
internal abstract record StudioEvent;

/// <summary>A video was uploaded, and is registered.</summary>
internal sealed record VideoUploaded(StudioVideo Video) : StudioEvent;

/// <summary>A remix is about to be made, with consent.</summary>
internal sealed record RemixBegun(Remix Remix) : StudioEvent;

/// <summary>The registry has judged the use; a use that it refused to record had no consent.</summary>
internal sealed record UseRecorded(string RemixId, bool HadConsent) : StudioEvent;

/// <summary>A remix was taken down for a recall.</summary>
internal sealed record RemixTakenDown(string RemixId, Guid Recall) : StudioEvent;

/// <summary>A file with one event a line. What <see cref="Append"/> has returned from survives a crash.</summary>
internal sealed class Journal : IDisposable
{
    private readonly FileStream file;

    private Journal(FileStream file) => this.file = file;

    /// <summary>Opens a journal, or begins one, and reads what it tells.</summary>
    public static (Journal Journal, IReadOnlyList<StudioEvent> Events) Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var text = File.Exists(path) ? File.ReadAllBytes(path) : [];
        // A crash in the middle of a line leaves a line without an end: nobody relied on it yet.
        var whole = text.AsSpan().LastIndexOf((byte)'\n') + 1;
        var events = new List<StudioEvent>();
        for (var start = 0; start < whole; )
        {
            var length = text.AsSpan(start).IndexOf((byte)'\n');
            events.Add(JsonSerializer.Deserialize<StudioEvent>(text.AsSpan(start, length), JsonSerializerOptions.Web)!);
            start += length + 1;
        }
        var opened = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        opened.SetLength(whole);
        opened.Seek(0, SeekOrigin.End);
        return (new(opened), events);
    }

    /// <summary>Adds an event. It is on disk afterwards.</summary>
    public void Append(StudioEvent happened)
    {
        file.Write([.. JsonSerializer.SerializeToUtf8Bytes(happened, JsonSerializerOptions.Web), (byte)'\n']);
        file.Flush(flushToDisk: true);
    }

    public void Dispose() => file.Dispose();
}
