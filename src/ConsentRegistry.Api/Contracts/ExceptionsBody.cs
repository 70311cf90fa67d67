using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Contracts;

/// <summary>A setting that stands beside a new ask or deny and answers less restrictively.</summary>
/// <param name="Video">The video of an override; null for a default.</param>
/// <param name="Purpose">The purpose that it is for.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">Its least restrictive effect.</param>
[SchemaName("SettingException")]
public sealed record ExceptionBody(
    VideoName? Video,
    [property: PurposeName] string Purpose,
    [property: Id] string? Requester,
    Effect Effect
);

/// <summary>The settings that a new ask or deny did not reach, because they are more specific.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="First">The first 100.</param>
[SchemaName("SettingExceptions")]
public sealed record ExceptionsBody(
    [property: AtLeast(0)] int Count,
    [property: Items(0, SettingsPlan.ExceptionsNamed)] IReadOnlyList<ExceptionBody> First
)
{
    public static readonly ExceptionsBody None = new(0, []);

    public static ExceptionsBody From(SettingsPlan plan) =>
        new(
            plan.ExceptionCount,
            [
                .. plan.FirstExceptions.Select(milder => new ExceptionBody(
                    milder.Key.Video is { } video ? VideoName.From(video) : null,
                    milder.Key.Purpose.Name,
                    milder.Key.Requester?.Value,
                    milder.Effect
                )),
            ]
        );
}
