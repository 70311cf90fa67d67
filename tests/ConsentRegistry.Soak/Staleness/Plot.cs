namespace ConsentRegistry.Soak.Staleness;

/// <summary>A way to withdraw consent, and the way to give it back.</summary>
/// <param name="Name">The kind of restriction.</param>
/// <param name="Keys">What is allowed before, not allowed in between, and allowed again after.</param>
/// <param name="Restriction">Withdraws. Made twice, or late, it opens nothing.</param>
/// <param name="Widening">Gives back what the restriction took.</param>
internal sealed record Plot(string Name, IReadOnlyList<Key> Keys, ChangeRequest Restriction, ChangeRequest Widening)
{
    /// <summary>People depicted in one video, at most: each makes its checks dearer.</summary>
    private const int MostDepicted = 6;

    /// <summary>A plot that suits the subject as it stands.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="random">Draws which.</param>
    /// <param name="expiresAt">When an allow ends that the plot sets in the subject's own name; null for never.</param>
    public static Plot For(Subject subject, Random random, DateTimeOffset? expiresAt)
    {
        var video = random.Next(subject.Keys.Count);
        var plots = Of(subject, video)
            .Concat(
                subject.Ground == Ground.Default
                    ? OfDefault(subject, video, expiresAt)
                    : OfOverrides(subject, video, expiresAt)
            )
            .ToList();
        return plots[random.Next(plots.Count)];
    }

    private static IEnumerable<Plot> Of(Subject subject, int video)
    {
        var (creator, purpose, key) = (subject.Creator, subject.Purpose, subject.Keys[video]);
        yield return new(
            "lockdown",
            subject.Keys,
            ChangeRequest.Put(creator, "lockdown"),
            ChangeRequest.Delete(creator, "lockdown")
        );
        yield return new(
            "lockdown of a purpose",
            subject.Keys,
            ChangeRequest.Put(creator, "lockdown", new { purposes = new[] { purpose } }),
            ChangeRequest.Delete(creator, "lockdown")
        );
        if (subject.Depicted[video] is not { Count: < MostDepicted } depicted)
            yield break;

        var newcomer = $"{creator}-{key.Video}-{depicted.Count}";
        yield return new(
            "participant added",
            [key],
            ChangeRequest.Put(
                creator,
                $"videos/{key.Video}",
                new
                {
                    participants = depicted.Append(newcomer).Select(one => new { creatorId = one, role = "depicted" }),
                }
            ),
            subject.AllowDefault(newcomer)
        );
        if (depicted is not [.., var somebody])
            yield break;
        yield return new(
            "participant denies",
            [key],
            ChangeRequest.Put(somebody, $"consent/defaults/{purpose}", new { effect = "deny" }),
            subject.AllowDefault(somebody)
        );
        var appearance = $"appearances/{creator}/{key.Video}/consent/{purpose}";
        yield return new(
            "participant denies the video",
            [key],
            ChangeRequest.Put(somebody, appearance, new { effect = "deny" }),
            ChangeRequest.Delete(somebody, appearance)
        );
    }

    private static IEnumerable<Plot> OfDefault(Subject subject, int video, DateTimeOffset? expiresAt)
    {
        var (creator, key) = (subject.Creator, subject.Keys[video]);
        var setting = $"consent/defaults/{subject.Purpose}";
        var named = $"{setting}?requester={key.Requester}";
        var exception = $"videos/{key.Video}/consent/{subject.Purpose}";
        yield return new(
            "default deny",
            subject.Keys,
            ChangeRequest.Put(creator, setting, new { effect = "deny" }),
            subject.AllowDefault(creator, expiresAt)
        );
        yield return new(
            "default ask",
            subject.Keys,
            ChangeRequest.Put(creator, setting, new { effect = "ask" }),
            subject.AllowDefault(creator, expiresAt)
        );
        yield return new(
            "default cleared",
            subject.Keys,
            ChangeRequest.Delete(creator, setting),
            subject.AllowDefault(creator, expiresAt)
        );
        yield return new(
            "default deny to one requester",
            subject.Keys,
            ChangeRequest.Put(creator, named, new { effect = "deny" }),
            ChangeRequest.Delete(creator, named)
        );
        yield return new(
            "override deny over a default",
            [key],
            ChangeRequest.Put(creator, exception, new { effect = "deny" }),
            ChangeRequest.Delete(creator, exception)
        );
    }

    private static IEnumerable<Plot> OfOverrides(Subject subject, int video, DateTimeOffset? expiresAt)
    {
        var (creator, key) = (subject.Creator, subject.Keys[video]);
        var setting = $"videos/{key.Video}/consent/{subject.Purpose}";
        var named = $"{setting}?requester={key.Requester}";
        var allow = ChangeRequest.Put(creator, setting, new { effect = "allow", expiresAt }) with
        {
            Expires = expiresAt is not null,
        };
        yield return new("override deny", [key], ChangeRequest.Put(creator, setting, new { effect = "deny" }), allow);
        yield return new("override ask", [key], ChangeRequest.Put(creator, setting, new { effect = "ask" }), allow);
        yield return new("override cleared", [key], ChangeRequest.Delete(creator, setting), allow);
        yield return new(
            "override deny to one requester",
            [key],
            ChangeRequest.Put(creator, named, new { effect = "deny" }),
            ChangeRequest.Delete(creator, named)
        );
        yield return new(
            "many overrides denied",
            subject.Keys,
            subject.Bulk(subject.Denying),
            subject.Bulk(subject.Allowing)
        );
        yield return new(
            "many overrides cleared",
            subject.Keys,
            subject.Bulk(subject.Clearing),
            subject.Bulk(subject.Allowing)
        );
    }
}
