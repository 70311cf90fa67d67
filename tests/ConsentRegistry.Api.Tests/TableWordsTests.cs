using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Api.Tests;

/// <summary>Where a table's constraint lists words, they are those of the enumeration whose words it holds.</summary>
public sealed partial class TableWordsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly Dictionary<string, ImmutableArray<string>> Enumerations = new(StringComparer.Ordinal)
    {
        ["video_override.effect"] = Wording.All<Effect>(),
        ["approval_part.state"] = Wording.All<ApprovalState>(),
        ["consent_grant.state"] = Wording.All<GrantState>(),
        ["webhook.audience"] = Wording.All<WebhookAudience>(),
        ["delivery.state"] = Wording.All<DeliveryState>(),
        ["used_video.status"] = Wording.All<UseStatus>(),
        ["recall.state"] = Wording.All<RecallState>(),
    };

    [Fact]
    public async Task Constraints_list_the_words_of_the_enumerations()
    {
        var constraints = await registry.App.QueryAsync<string>(
            """
            SELECT r.relname || ' ' || pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class r
                ON r.oid = c.conrelid
            WHERE c.contype = 'c' AND c.connamespace = 'consent'::regnamespace AND c.conparentid = 0
            """
        );
        var listed = constraints
            .Select(one => WordList().Match(one))
            .Where(match => match.Success)
            .ToDictionary(
                match => $"{match.Groups["table"].Value}.{match.Groups["column"].Value}",
                match => Word().Matches(match.Value).Select(word => word.Groups["word"].Value)
            );

        Assert.Equal(Enumerations.Keys.Order(StringComparer.Ordinal), listed.Keys.Order(StringComparer.Ordinal));
        Assert.All(
            Enumerations,
            one => Assert.Equal(one.Value.Order(StringComparer.Ordinal), listed[one.Key].Order(StringComparer.Ordinal))
        );
    }

    [GeneratedRegex(
        @"^(?<table>[a-z_]+) CHECK \(\((?<column>[a-z_]+) = ANY \(ARRAY\[.*'.*::text.*\]\)\)\)$",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex WordList();

    [GeneratedRegex("'(?<word>[A-Za-z]+)'::text", RegexOptions.NonBacktracking)]
    private static partial Regex Word();
}
