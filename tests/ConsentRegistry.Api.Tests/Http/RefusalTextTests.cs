using System.Reflection;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.OpenApi;
using FluentValidation;
using FluentValidation.Validators;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>What refusals say: what is wrong with what was sent, and what to send instead.</summary>
public sealed class RefusalTextTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    public static TheoryData<string> Validators() =>
        [
            .. typeof(ValidationRules)
                .Assembly.GetTypes()
                .Where(type => type.IsAssignableTo(typeof(IValidator)) && !type.IsAbstract && !type.IsGenericType)
                .Select(type => type.FullName!),
        ];

    [Theory]
    [MemberData(nameof(Validators))]
    public void Every_message_of_a_validator_names_the_field_and_what_to_send(string name)
    {
        var validator = (IValidator)
            ActivatorUtilities.CreateInstance(
                App.Services,
                typeof(ValidationRules).Assembly.GetType(name, throwOnError: true)!
            );
        var messages = MessagesOf(validator).ToList();

        Assert.NotEmpty(messages);
        Assert.All(
            messages,
            message =>
            {
                Assert.StartsWith("{field} ", message, StringComparison.Ordinal);
                Answer.IsOfUse(message);
            }
        );
    }

    [Fact]
    public void Every_example_of_a_problem_in_the_document_is_of_use() =>
        Assert.All(ProblemCatalog.All, entry => Answer.IsOfUse(entry.Detail));

    [Theory]
    [InlineData("""{"effect":"permit"}""", 422, "effect is 'permit'; send one of: allow, ask, deny.")]
    [InlineData("{}", 422, "effect is missing; send one of: allow, ask, deny.")]
    [InlineData(
        """{"effect":"deny","apliesTo":"all"}""",
        400,
        "'apliesTo' is no field of the request at line 1, byte 29; send only effect, appliesTo, conditions, expiresAt, "
            + "clearExceptions, reason, vocabularyVersion."
    )]
    [InlineData(
        """{"effect":["deny"]}""",
        400,
        "effect is of a type that does not fit at line 1, byte 12; send a Unicode text."
    )]
    [InlineData(
        """{"effect":"deny","clearExceptions":"true"}""",
        400,
        "clearExceptions is of a type that does not fit at line 1, byte 42; send true or false."
    )]
    [InlineData(
        """{"effect":"allow","expiresAt":"soon"}""",
        422,
        "expiresAt is 'soon'; send a time of RFC 3339 with an offset, from 1000-01-01T00:00:00.000000Z to "
            + "9999-12-31T23:59:59.999999Z, for example 2026-11-23T09:30:00Z."
    )]
    [InlineData(
        """{"effect":"allow","expiresAt":"{field}{sent}"}""",
        422,
        "expiresAt is '{field}{sent}'; send a time of RFC 3339 with an offset, from 1000-01-01T00:00:00.000000Z to "
            + "9999-12-31T23:59:59.999999Z, for example 2026-11-23T09:30:00Z."
    )]
    [InlineData(
        """{"effect":"deny","conditions":["attribution"]}""",
        422,
        "conditions is sent with the effect deny; leave it out, for only an allow or an ask attaches conditions."
    )]
    public async Task A_refusal_says_what_was_sent_and_what_is_expected(string body, int status, string detail)
    {
        var creator = RegistryApplication.NewId();
        var answer = (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/remix", body)).Is(
            status
        );

        Assert.Equal(detail, (string?)answer["detail"]);
    }

    [Fact]
    public async Task What_was_sent_is_repeated_in_part_and_without_control_characters()
    {
        var answer = (
            await App.Platform()
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = "a\n" + new string('b', 200),
                        videoId = "v",
                        purpose = "remix",
                    }
                )
        ).IsProblem(422, "invalid");

        Assert.StartsWith(
            $"creatorId is 'a\uFFFD{new string('b', 62)}…'; send an id of 1 to 128 characters",
            (string?)answer["detail"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_reason_is_never_repeated()
    {
        var creator = RegistryApplication.NewId();
        var answer = await App.Creator(creator)
            .PutAsync(
                $"/v1/creators/{creator}/consent/defaults/remix",
                new { effect = "deny", reason = "Mia asked for it.\u0001" }
            );

        Assert.DoesNotContain("Mia", answer.IsProblem(422, "invalid").Text, StringComparison.Ordinal);
    }

    // With the rules of validators that are part of others, so that none is left out.
    private static IEnumerable<string> MessagesOf(IValidator validator) =>
        validator
            .CreateDescriptor()
            .Rules.SelectMany(rule => rule.Components)
            .SelectMany(component =>
                ChildOf(component.Validator) is { } child ? MessagesOf(child) : [component.GetUnformattedErrorMessage()]
            );

    private static IValidator? ChildOf(IPropertyValidator validator)
    {
        if (validator is not IChildValidatorAdaptor)
            return null;
        var find = validator.GetType().GetMethod("GetValidator", BindingFlags.Instance | BindingFlags.Public)!;
        var context = Activator.CreateInstance(find.GetParameters()[0].ParameterType, [null]);
        return (IValidator?)find.Invoke(validator, [context, null]);
    }
}
