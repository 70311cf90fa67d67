using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.OpenApi;
using FluentValidation;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>The limit of every text that callers write counts characters, not UTF-16's units.</summary>
public sealed class TextLimitTests
{
    private const string Wide = "\U0001F3AC";

    // Derived from the contract: a text of a new request is tried without a word here.
    private static readonly IReadOnlyList<PropertyInfo> Texts =
    [
        .. typeof(RequestTypes)
            .Assembly.GetTypes()
            .Where(RequestTypes.Contains)
            .SelectMany(type => type.GetProperties())
            .Where(field => field.IsDefined(typeof(TextAttribute))),
    ];

    public static TheoryData<string, string> Fields =>
        new(Texts.Select(text => (text.DeclaringType!.FullName!, text.Name)));

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_text_may_have_as_many_wide_characters_as_narrow_ones(string type, string field)
    {
        var record = typeof(RequestTypes).Assembly.GetType(type)!;
        var validator = ValidatorOf(record);

        Assert.Empty(LengthErrors(ValidationRules.MaxTextLength));
        Assert.Single(LengthErrors(ValidationRules.MaxTextLength + 1));

        IReadOnlyList<string> LengthErrors(int characters)
        {
            var text = string.Concat(Enumerable.Repeat(Wide, characters));
            var body = new JsonObject { [JsonNamingPolicy.CamelCase.ConvertName(field)] = text };
            var request = body.Deserialize(record, Json.Options)!;
            return
            [
                .. validator
                    .Validate(new ValidationContext<object>(request))
                    .Errors.Where(error => error.PropertyName == field)
                    .Select(error => error.ErrorMessage),
            ];
        }
    }

    // Not what several records have in common.
    private static IValidator ValidatorOf(Type record)
    {
        var kind = typeof(AbstractValidator<>).MakeGenericType(record);
        var validators = typeof(RequestTypes).Assembly.GetTypes().Where(type => type.BaseType == kind);
        return (IValidator)Activator.CreateInstance(Assert.Single(validators))!;
    }
}
