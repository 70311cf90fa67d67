using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>A check whose words are known to be good.</summary>
/// <param name="Target">The video or the content that is checked.</param>
/// <param name="Purpose">The purpose's name; the vocabulary may not know it.</param>
/// <param name="Requester">Who wants to use the video; null for one that nobody named.</param>
/// <param name="MinVersions">Versions that the answer must know at least.</param>
/// <param name="MaxStalenessMs">For how long the caller means to reuse an allow.</param>
/// <param name="Explain">Whether to say how the decision came about.</param>
/// <param name="Receipt">Whether to sign the decision.</param>
/// <param name="IsStrong">Whether facts have to be newer than the request.</param>
/// <param name="IsNamed">Whether the decision gets an id that the answer shows.</param>
/// <param name="ListsVersions">Whether to list the versions of all streams consulted.</param>
/// <param name="SeesCarriers">
/// Whether a deny about content may tell whose it is: an unlisted URL must not tell that to everybody.
/// </param>
public sealed record Question(
    CheckTarget Target,
    Purpose Purpose,
    Requester? Requester,
    IReadOnlyDictionary<string, long> MinVersions,
    int MaxStalenessMs,
    bool Explain,
    bool Receipt = false,
    bool IsStrong = false,
    bool IsNamed = false,
    bool ListsVersions = false,
    bool SeesCarriers = false
)
{
    /// <summary>The checked video.</summary>
    /// <exception cref="InvalidOperationException">The question names content.</exception>
    public VideoKey Video =>
        Target is CheckTarget.OfVideo named
            ? named.Video
            : throw new InvalidOperationException("The question names no video.");

    /// <summary>An id for the decision; null where none is asked for.</summary>
    public Guid? DrawId() => IsNamed ? Guid.CreateVersion7() : null;

    /// <summary>Questions of one request, at most.</summary>
    public const int PerRequest = 1_000;

    /// <summary>No version that an answer must know.</summary>
    public static readonly IReadOnlyDictionary<string, long> NoVersions = new Dictionary<string, long>();

    /// <summary>Those whom questions are for.</summary>
    internal static HashSet<Requester> RequestersOf(IEnumerable<Question> questions) =>
        [.. questions.Select(question => question.Requester).OfType<Requester>()];
}
