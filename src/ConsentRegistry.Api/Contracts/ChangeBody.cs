using System.Text.Json.Serialization;
using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Contracts;

/// <summary>The answer to a change of settings.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">The version of the creator's stream, for <c>minVersions</c> of a check.</param>
/// <param name="SettingsVersion">The version of the settings: the ETag.</param>
/// <param name="Changes">How many records were altered; 0 if what was asked for already stood.</param>
/// <param name="Setting">The setting as stored, where a single one was set.</param>
/// <param name="Stop">The stop that stands, where one was set.</param>
/// <param name="Exceptions">What a new ask or deny did not reach.</param>
public sealed record ChangeBody(
    [property: Id] string CreatorId,
    [property: AtLeast(0)] long Version,
    [property: AtLeast(0)] long SettingsVersion,
    [property: AtLeast(0)] int Changes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SettingBody? Setting,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] StopBody? Stop,
    ExceptionsBody Exceptions
) : ChangeAnswer
{
    /// <summary>How many of the changes are grants that a deny revoked; absent if none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RevokedGrants { get; init; }

    /// <summary>The answer to a change of a locked stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="creator">The creator.</param>
    /// <param name="changes">How many settings and stops were altered.</param>
    /// <param name="revoked">How many grants were revoked: no part of the settings, but of the stream.</param>
    /// <param name="setting">The setting as stored.</param>
    /// <param name="stop">The stop that stands.</param>
    /// <param name="exceptions">What a new ask or deny did not reach.</param>
    internal static ChangeResponse AnswerOf(
        LockedStream stream,
        CreatorId creator,
        int changes,
        int revoked,
        SettingBody? setting,
        StopBody? stop,
        ExceptionsBody exceptions
    )
    {
        var settingsVersion = stream.SettingsVersion + (changes > 0 ? 1 : 0);
        var version = stream.Version - (changes + revoked > 0 ? 0 : 1);
        return new(
            new ChangeBody(creator.Value, version, settingsVersion, changes + revoked, setting, stop, exceptions)
            {
                RevokedGrants = revoked > 0 ? revoked : null,
            },
            settingsVersion
        );
    }
}
