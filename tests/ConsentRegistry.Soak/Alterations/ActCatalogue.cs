namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// Events that no creator made. Whoever has the keys can write them, and nobody sees it but whose they are.
/// </summary>
internal static class ActCatalogue
{
    private const string Operator = "admin";

    private static readonly string[] Mining = ["mining"];

    public static readonly IReadOnlyList<ActAlteration> All =
    [
        new(
            "a default allows",
            "defaultChanged",
            (calls, creator) =>
                calls.PutAsync(Operator, $"/v1/creators/{creator}/consent/defaults/training", new { effect = "allow" })
        ),
        new(
            "an override allows",
            "overrideChanged",
            (calls, creator) =>
                calls.PutAsync(Operator, $"/v1/creators/{creator}/videos/v/consent/mining", new { effect = "allow" })
        ),
        new(
            "an override is gone",
            "overrideChanged",
            (calls, creator) => calls.DeleteAsync(Operator, $"/v1/creators/{creator}/videos/v/consent/mining")
        ),
        new(
            "a lockdown is lifted",
            "lockdownChanged",
            (calls, creator) => calls.DeleteAsync(Operator, $"/v1/creators/{creator}/lockdown")
        ),
        new(
            "a hold is set",
            "holdChanged",
            (calls, creator) =>
                calls.PutAsync(
                    Operator,
                    $"/v1/creators/{creator}/hold",
                    new { reason = "No order.", purposes = Mining }
                )
        ),
        new(
            "a requester may ask no more",
            "askingChanged",
            (calls, creator) => calls.PutAsync(Operator, $"/v1/creators/{creator}/blocked-requesters/somebody")
        ),
        new(
            "a video is registered",
            "videoRegistered",
            (calls, creator) => calls.PutAsync(Operator, $"/v1/creators/{creator}/videos/w", new { })
        ),
        new(
            "the creator is erased",
            "creatorErased",
            (calls, creator) =>
                calls.PostAsync(Operator, $"/v1/creators/{creator}/erasure", new { reason = "Not asked for." })
        ),
    ];
}
