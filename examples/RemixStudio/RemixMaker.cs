using System.Text.Encodings.Web;
using ConsentRegistry.Client;

namespace RemixStudio;

/// <summary>Makes remixes: pictures in a folder. Making the same one again gives the same picture.</summary>
/// <param name="folder">The studio's data folder.</param>
internal sealed class RemixMaker(string folder)
{
    /// <summary>The obligations that a remix meets. An allow under another one is refused.</summary>
    public static readonly IReadOnlyList<string> CanMeet = [Conditions.Attribution, Conditions.LabelAsAi];

    private readonly string remixes = Directory.CreateDirectory(Path.Combine(folder, "remixes")).FullName;

    public void Make(Remix remix)
    {
        var lines = new List<string> { remix.Caption, $"A remix of “{remix.SourceTitle}”" };
        if (remix.Obligations.Contains(Conditions.Attribution))
            lines.Add($"by {remix.Source.CreatorId}");
        if (remix.Obligations.Contains(Conditions.LabelAsAi))
            lines.Add("Made with AI");
        var text = string.Concat(
            lines.Select((line, i) => $"""<text x="20" y="{40 + 30 * i}">{HtmlEncoder.Default.Encode(line)}</text>""")
        );
        File.WriteAllText(
            PathOf(remix),
            $"""<svg xmlns="http://www.w3.org/2000/svg" width="640" height="180" font-family="sans-serif">{text}</svg>"""
        );
    }

    public string Read(Remix remix) => File.ReadAllText(PathOf(remix));

    public void Delete(Remix remix) => File.Delete(PathOf(remix));

    private string PathOf(Remix remix) => Path.Combine(remixes, $"{remix.Id}.svg");
}
