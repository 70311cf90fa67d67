using System.Reflection;
using System.Text.Json;
using ConsentRegistry.Client;
using ConsentRegistry.Console.Languages;
using ConsentRegistry.Console.News;
using ConsentRegistry.Console.Settings;

namespace ConsentRegistry.Console.Tests;

/// <summary>Every word that the client knows can be chosen, and is told in words of people.</summary>
public sealed class WordListTests
{
    public static TheoryData<string> EveryCondition => [.. ConstantsOf(typeof(Conditions))];

    public static TheoryData<string> EveryKind => [.. ConstantsOf(typeof(NotificationKinds))];

    [Fact]
    public void Forms_show_each_word_of_the_client_once()
    {
        Assert.Equal(Sorted(ConstantsOf(typeof(Conditions))), Sorted(ConditionWords.All));
        Assert.Equal(Sorted(ConstantsOf(typeof(NotificationKinds))), Sorted(NotificationWords.All));
    }

    [Theory]
    [MemberData(nameof(EveryCondition))]
    public void A_condition_has_its_texts(string condition)
    {
        var texts = TextsTests.Read("Texts.resx");

        Assert.Contains($"condition.{condition}", texts.Keys);
        Assert.Contains($"obligation.{condition}", texts.Keys);
    }

    [Theory]
    [MemberData(nameof(EveryKind))]
    public void A_notification_is_told_in_words(string kind)
    {
        using var data = JsonDocument.Parse("{}");
        var notification = new Notification(Guid.Empty, kind, default, null, data.RootElement);

        Assert.NotEqual("news.other", NewsItem.From(notification, new Texts()).What.Key);
    }

    private static IEnumerable<string> ConstantsOf(Type words) =>
        words
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!);

    private static IEnumerable<string> Sorted(IEnumerable<string> words) => words.Order(StringComparer.Ordinal);
}
