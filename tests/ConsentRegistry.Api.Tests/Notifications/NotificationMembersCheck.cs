using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Notifications;

namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>Compares every notification of a database with the members that the contract gives its kind.</summary>
internal static class NotificationMembersCheck
{
    public static async Task VerifyAsync(RegistryApplication app)
    {
        var told = await app.QueryAsync<string>("SELECT kind || ' ' || data::text FROM consent.notification");
        foreach (var line in told)
        {
            var (word, data) = (
                line[..line.IndexOf(' ', StringComparison.Ordinal)],
                line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]
            );
            var members = NotificationMembers.ByKind[Wording.Parse<NotificationKind>(word)];
            var has = JsonNode.Parse(data)!.AsObject().Select(member => member.Key).ToHashSet(StringComparer.Ordinal);
            var missing = NamesOf(members.Always).Except(has, StringComparer.Ordinal);
            var other = has.Except(NamesOf(members.Always.Concat(members.Sometimes)), StringComparer.Ordinal);
            Assert.True(
                !missing.Any() && !other.Any(),
                $"{line}: without {string.Join(", ", missing)}, with {string.Join(", ", other)}"
            );
        }
    }

    private static IEnumerable<string> NamesOf(IEnumerable<string> members) =>
        members.Select(JsonNamingPolicy.CamelCase.ConvertName);
}
