using System.Reflection;
using System.Text.Json;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Notifications;
using ConsentRegistry.Domain.Videos;
using ClientEffect = ConsentRegistry.Client.Effect;
using Effect = ConsentRegistry.Domain.Settings.Effect;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>The client has words of its own, which no program must find wanting.</summary>
public sealed class ClientWordsTests
{
    [Fact]
    public void The_clients_words_are_those_of_the_registry()
    {
        Assert.Equal(
            Sorted(Wording.All<Domain.Settings.Conditions>()),
            ConstantsOf(typeof(ConsentRegistry.Client.Conditions))
        );
        Assert.Equal(Sorted(Wording.All<Reason>()), ConstantsOf(typeof(ConsentRegistry.Client.Reasons)));
        Assert.Equal(Sorted(Wording.All<Role>()), ConstantsOf(typeof(ConsentRegistry.Client.Roles)));
        Assert.Equal(
            Sorted(Wording.All<NotificationKind>()),
            ConstantsOf(typeof(ConsentRegistry.Client.NotificationKinds))
        );
        Assert.Equal(
            Sorted(Wording.All<Domain.Identifiers.IdentifierScheme>()),
            ConstantsOf(typeof(ConsentRegistry.Client.IdentifierSchemes))
        );
        Assert.Equal(
            Sorted(Wording.All<Domain.Signals.SignalFormat>()),
            ConstantsOf(typeof(ConsentRegistry.Client.SignalFormats))
        );
        Assert.Equal(
            Sorted(Wording.All<Domain.Signals.Reading.SignalSource>()),
            ConstantsOf(typeof(ConsentRegistry.Client.SignalSources))
        );
        Assert.Equal(
            Sorted(Wording.All<Domain.Signals.Reading.Drift>()),
            ConstantsOf(typeof(ConsentRegistry.Client.Drifts))
        );
        Assert.Equal(Sorted(Wording.All<WebhookAudience>()), ConstantsOf(typeof(ConsentRegistry.Client.Audiences)));
        Assert.Equal(Sorted(Wording.All<Domain.Settings.AppliesTo>()), WordsOf<ConsentRegistry.Client.AppliesTo>());
        Assert.Equal(Sorted(Wording.All<Features.Checks.Consistency>()), WordsOf<ConsentRegistry.Client.Consistency>());
    }

    [Fact]
    public void Every_effect_of_the_registry_is_one_of_the_clients()
    {
        var known = Enum.GetValues<ClientEffect>().Except([ClientEffect.Unknown]).ToList();
        Assert.Equal(
            Sorted(Wording.All<Effect>()),
            Sorted(known.Select(effect => JsonSerializer.Serialize(effect).Trim('"')))
        );
        Assert.All(
            known,
            effect => Assert.Equal(effect, JsonSerializer.Deserialize<ClientEffect>(JsonSerializer.Serialize(effect)))
        );
    }

    [Fact]
    public void The_words_of_the_contract_are_those_of_the_rules()
    {
        Assert.Equal(
            Sorted(Wording.All<Role>().Except([Role.Owner.Word()])),
            Sorted(Wording.All<Contracts.ParticipantRole>())
        );
        Assert.Equal(
            Sorted([.. Wording.All<Scope>(), Reason.Grant.Word()]),
            Sorted(Wording.All<Evaluation.DecidingScope>())
        );
    }

    private static IEnumerable<string> ConstantsOf(Type words) =>
        Sorted(
            words
                .GetFields(BindingFlags.Public | BindingFlags.Static)
                .Where(field => field.IsLiteral)
                .Select(field => (string)field.GetRawConstantValue()!)
        );

    private static IEnumerable<string> WordsOf<T>()
        where T : struct, Enum => Sorted(Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName));

    private static IEnumerable<string> Sorted(IEnumerable<string> words) => words.Order(StringComparer.Ordinal);
}
