using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Client;

namespace ConsentRegistry.Cli;

/// <summary>
/// Files beside those of videos: a file for each signal that is part of a video's file. Each is replaced as a whole. A
/// place beside them says how far a run has come.
/// </summary>
internal sealed class SidecarFiles
{
    /// <summary>Videos after which the place is written down: a run that is ended repeats at most so many.</summary>
    private const int VideosPerPlace = 100;

    private const int MaxNameLength = 200;

    private const string EmbeddedForm = "embedded";

    // No creator's folder begins so.
    private const string PlaceFile = "%.place";

    private static readonly Dictionary<string, string> Extensions = new(StringComparer.Ordinal)
    {
        [SignalFormats.Cawg] = ".cawg.json",
        [SignalFormats.Iptc] = ".xmp",
    };

    private readonly string folder;

    /// <summary>Opens the folder, and goes on where the last run was ended.</summary>
    /// <exception cref="IOException">The place cannot be read: delete the file to begin anew.</exception>
    public SidecarFiles(string folder)
    {
        this.folder = Directory.CreateDirectory(folder).FullName;
        var place = Path.Combine(this.folder, PlaceFile);
        if (!File.Exists(place))
            return;
        Last = File.ReadAllText(place).Split('\n') is [var creator, var video, ""]
            ? new(creator, video)
            : throw new IOException($"'{place}' holds no place; delete it to begin anew.");
    }

    /// <summary>The last video that was written; null before the first.</summary>
    public VideoName? Last { get; private set; }

    /// <summary>Videos of this run.</summary>
    public long Videos { get; private set; }

    /// <summary>Files that were written in this run.</summary>
    public long Written { get; private set; }

    /// <summary>Files of former runs that were deleted, for there is nothing to say any more.</summary>
    public long Deleted { get; private set; }

    /// <summary>Writes the files of a video.</summary>
    /// <exception cref="IOException">A signal says allow, which no file beside another may.</exception>
    public void Write(VideoSignals video)
    {
        foreach (var (format, extension) in Extensions)
        {
            var path = Path.Combine(folder, NameOf(video.CreatorId), NameOf(video.VideoId) + extension);
            var signal = video.Signals.SingleOrDefault(one => one.Format == format && one.Form == EmbeddedForm);
            if (signal?.Text is { } text)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                Replace(path, text);
                Written++;
            }
            else if (File.Exists(path))
            {
                File.Delete(path);
                Deleted++;
            }
        }
        Last = new(video.CreatorId, video.VideoId);
        if (++Videos % VideosPerPlace == 0)
            Replace(Path.Combine(folder, PlaceFile), $"{Last.CreatorId}\n{Last.VideoId}\n");
    }

    /// <summary>All is written: the next run begins anew.</summary>
    public void Finish() => File.Delete(Path.Combine(folder, PlaceFile));

    /// <summary>
    /// The name of a file for an id. Two ids have two names where case makes no difference, too, and a name means
    /// nothing to a shell or a file system.
    /// </summary>
    internal static string NameOf(string id)
    {
        var name = new StringBuilder();
        foreach (var character in id)
        {
            if (char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '-' or '_')
                name.Append(character);
            else if (character == '.' && name.Length > 0)
                name.Append(character);
            else
                name.Append(CultureInfo.InvariantCulture, $"%{(int)character:x2}");
        }
        // Longer than file systems take, with an extension.
        return name.Length <= MaxNameLength
            ? name.ToString()
            : $"%%{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(id)))}";
    }

    private static void Replace(string path, string text)
    {
        var fresh = $"{path}.new";
        File.WriteAllText(fresh, text);
        File.Move(fresh, path, overwrite: true);
    }
}
