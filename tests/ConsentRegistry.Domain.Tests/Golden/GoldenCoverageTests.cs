using System.Collections;
using System.Reflection;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Usages;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Tests.Golden;

/// <summary>
/// Nothing that an event can say is without a golden export. Whoever adds a type of event, a member or a word has to
/// add an export that has it: docs/explanation/event-formats.md.
/// </summary>
public sealed class GoldenCoverageTests
{
    /// <summary>What no event says, though its type is part of a record.</summary>
    private static readonly string[] Never =
    [
        // It stands beside the record of a use.
        $"{nameof(ReliedOn)}.{nameof(ReliedOn.DecisionId)}",
        // An owner is never registered as a participant.
        $"{nameof(Role)}.{nameof(Role.Owner)}",
    ];

    [Fact]
    public void Every_type_of_event_is_in_a_golden_export() =>
        Assert.Empty(
            EventType.All.Except(GoldenFiles.Exports.SelectMany(GoldenFiles.BodiesOf).Select(each => each.Leaf.Type))
        );

    [Fact]
    public void Every_member_and_every_word_of_every_record_is_in_a_golden_export()
    {
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (leaf, body) in GoldenFiles.Exports.SelectMany(GoldenFiles.BodiesOf))
        {
            Note(leaf, "", said);
            Note(body.Stream, "", said);
            Note(body.By, "", said);
            Note(RecordedChange.Read(body.Change), "", said);
        }
        var sayable = new HashSet<string>(StringComparer.Ordinal);
        Type[] records =
        [
            typeof(Leaf),
            typeof(StreamId),
            typeof(Authorship),
            .. typeof(RecordedChange).GetNestedTypes(),
        ];
        foreach (var type in records)
            List(type, "", sayable);

        Assert.True(sayable.Count > 100, "Hardly anything was found that an event can say.");
        Assert.Equal(Never.Order(StringComparer.Ordinal), sayable.Except(said).Order(StringComparer.Ordinal));
    }

    /// <summary>Lists the fields of a record and of the records in it, words of enumerations, true and false.</summary>
    private static void List(Type type, string field, HashSet<string> sayable)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            List(underlying, field, sayable);
        }
        else if (type == typeof(bool))
        {
            sayable.UnionWith([$"{field} is True", $"{field} is False"]);
        }
        else if (type.IsEnum)
        {
            sayable.UnionWith(Enum.GetNames(type).Where(name => name != "None").Select(name => $"{type.Name}.{name}"));
        }
        else if (type.IsGenericType)
        {
            foreach (var argument in type.GetGenericArguments())
                List(argument, field, sayable);
        }
        else if (IsRecord(type))
        {
            foreach (var each in FieldsOf(type))
            {
                if (sayable.Add(NameOf(each)))
                    List(each.FieldType, NameOf(each), sayable);
            }
        }
    }

    /// <summary>Notes which of these things a value says.</summary>
    private static void Note(object? value, string field, HashSet<string> said)
    {
        switch (value)
        {
            case null or string or byte[] or JsonNode:
                break;
            case bool:
                said.Add($"{field} is {value}");
                break;
            case Enum:
                // Flags are written as their single names, with commas.
                said.UnionWith($"{value}".Split(", ").Select(name => $"{value.GetType().Name}.{name}"));
                break;
            case IEnumerable items:
                foreach (var item in items)
                    Note(item, field, said);
                break;
            case var record when IsRecord(record.GetType()):
                foreach (var each in FieldsOf(record.GetType()))
                {
                    var held = each.GetValue(record);
                    if (held is null || held is ICollection { Count: 0 })
                        continue;
                    said.Add(NameOf(each));
                    Note(held, NameOf(each), said);
                }
                break;
        }
    }

    private static bool IsRecord(Type type) => type.Assembly == typeof(Leaf).Assembly;

    private static FieldInfo[] FieldsOf(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    // The field of a property is named after it, in angle brackets.
    private static string NameOf(FieldInfo field)
    {
        var name = field.Name;
        if (name.StartsWith('<'))
            name = name[1..name.IndexOf('>', StringComparison.Ordinal)];
        return $"{field.DeclaringType!.Name}.{name}";
    }
}
