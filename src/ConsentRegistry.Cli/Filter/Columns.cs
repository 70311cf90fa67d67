using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Cli.Filter;

/// <summary>Which columns of a dataset name a video: by ids, or by identifiers of its content.</summary>
/// <param name="Creator">The column of the owner's id.</param>
/// <param name="Video">The column of the owner's id for the video.</param>
/// <param name="Identifiers">Columns of identifiers, by scheme.</param>
internal sealed record Columns(string Creator, string Video, IReadOnlyDictionary<string, string> Identifiers)
{
    /// <summary>The word for the owner's column on the command line, and its name if no other is given.</summary>
    public const string CreatorWord = "creatorId";

    /// <summary>The word for the video's column on the command line, and its name if no other is given.</summary>
    public const string VideoWord = "videoId";

    /// <summary>The column with a list of identifiers as the API takes them. Only NDJSON can hold one.</summary>
    public const string Content = "content";

    /// <summary>What a column may be for.</summary>
    public static IReadOnlyList<string> Words { get; } = [CreatorWord, VideoWord, .. Wording.All<IdentifierScheme>()];

    /// <summary>Reads assignments such as <c>url=source</c>; a column that is not assigned has its word's name.</summary>
    /// <exception cref="DatasetException">An assignment is none, or for nothing that is known.</exception>
    public static Columns Parse(IEnumerable<string> assignments)
    {
        var names = Words.ToDictionary(word => word, StringComparer.Ordinal);
        foreach (var assignment in assignments)
        {
            if (assignment.Split('=', 2) is not [var word, { Length: > 0 } column] || !names.ContainsKey(word))
                throw new DatasetException(
                    $"'{assignment}' names no column; give {string.Join(", ", Words)}, then = and the column's name."
                );
            names[word] = column;
        }
        return new(
            names[CreatorWord],
            names[VideoWord],
            Wording
                .All<IdentifierScheme>()
                .ToDictionary(scheme => scheme, scheme => names[scheme], StringComparer.Ordinal)
        );
    }
}
