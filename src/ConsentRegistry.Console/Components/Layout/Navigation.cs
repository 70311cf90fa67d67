using ConsentRegistry.Console.Sessions;

namespace ConsentRegistry.Console.Components.Layout;

/// <summary>A link of the navigation.</summary>
/// <param name="Address">Where it goes.</param>
/// <param name="Icon">Its icon.</param>
/// <param name="Text">The key of its text.</param>
internal sealed record NavigationItem(string Address, string Icon, string Text);

/// <summary>Links that belong together.</summary>
/// <param name="Creator">Whose pages they are; null for none.</param>
/// <param name="Items">The links.</param>
internal sealed record NavigationGroup(string? Creator, IReadOnlyList<NavigationItem> Items);

/// <summary>Which pages a person is offered.</summary>
internal static class Navigation
{
    // The one page that is for the creator alone, and not for auditors.
    private const string NewsPath = "/news";

    private static readonly NavigationItem[] CreatorPages =
    [
        new("", "home", "nav.home"),
        new("/videos", "video", "nav.videos"),
        new("/appearances", "person", "nav.appearances"),
        new("/requests", "inbox", "nav.requests"),
        new("/grants", "key", "nav.grants"),
        new("/uses", "eye", "nav.uses"),
        new("/recalls", "recall", "nav.recalls"),
        new("/blocked", "block", "nav.blocked"),
        new("/history", "history", "nav.history"),
        new(NewsPath, "news", "nav.news"),
    ];

    private static readonly NavigationItem[] RequesterPages =
    [
        new("/why", "search", "nav.why"),
        new("/requests", "inbox", "nav.asking"),
        new("/grants", "key", "nav.given"),
        new("/recalls", "recall", "nav.stopping"),
    ];

    private static readonly NavigationItem[] AuditorPages =
    [
        new("/explorer", "log", "nav.explorer"),
        new("/conduct", "chart", "nav.conduct"),
        new("/verify", "shield", "nav.verify"),
    ];

    private static readonly NavigationItem[] OperatorPages =
    [
        new("/operations", "server", "nav.operations"),
        new("/operations/webhooks", "upload", "nav.webhooks"),
        new("/operations/holds", "lock", "nav.holds"),
        new("/operations/purposes", "news", "nav.purposes"),
    ];

    /// <summary>The page that a person sees first.</summary>
    public static string HomeOf(Person person) =>
        person switch
        {
            { Creators: [var only] } => Addresses.OfCreator(only),
            { Creators.Count: > 1 } => "/creators",
            { IsRequester: true } => "/why",
            { IsOperator: true } => "/operations",
            { IsAuditor: true } => "/explorer",
            _ => "/no-rights",
        };

    /// <summary>What a person is offered while they look at a creator, or at none.</summary>
    public static IEnumerable<NavigationGroup> For(Person person, string? creatorId)
    {
        if (person.Creators.Count > 1)
            yield return new(null, [new("/creators", "person", "nav.creators")]);
        if (person.IsRequester)
            yield return new(null, RequesterPages);
        if (person.IsOperator)
            yield return new(null, OperatorPages);
        if (person.IsAuditor)
            yield return new(null, AuditorPages);
        if (creatorId is not null)
        {
            yield return new(
                creatorId,
                [
                    .. CreatorPages
                        .Where(page => page.Address != NewsPath || person.MayManage(creatorId))
                        .Select(page => page with { Address = Addresses.OfCreator(creatorId, page.Address) }),
                ]
            );
        }
    }
}
