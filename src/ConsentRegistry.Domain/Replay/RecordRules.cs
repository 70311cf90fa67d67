using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Replay;

/// <summary>What holds for records of every kind.</summary>
internal static class RecordRules
{
    public static readonly ReplayRule Before = new(
        "recordBefore",
        "all",
        "`before` is the record as the last event about it left it; null where there was none",
        "A default was set to `deny`. The next event about it has an `allow` as `before`."
    );

    public static readonly ReplayRule Stamp = new(
        "recordStamp",
        "all",
        "`version` and `changedAt` of a record that an event sets are `ver` and `tx` of its leaf; so is `introducedIn` "
            + "of a purpose the `ver`, and `erasedAt` of an erasure the `tx`",
        "A lockdown in version 7 has `\"version\":6`."
    );

    public static readonly ReplayRule Unchanged = new(
        "recordUnchanged",
        "all",
        "an event changes its record: `after` is not what was there already",
        "An override that is not set is cleared."
    );

    public static readonly ReplayRule Stream = new(
        "recordStream",
        "`videoRegistered`, `useRecorded`, `recallChanged`",
        "a video is in its owner's stream; a use and a recall are in the stream of their requester",
        "The use of `studio` is in the stream `$requester/label`."
    );

    public static IEnumerable<ReplayRule> All => [Before, Stamp, Unchanged, Stream];

    public static Violation? JudgeStamp(Stamp record, in EventPlace place) =>
        record == place.Stamp
            ? null
            : Stamp.Broken(
                $"The record says version {record.Version} and {record.At}, the leaf version {place.Stamp.Version} and "
                    + $"{place.Stamp.At}."
            );

    public static Violation Same() => Unchanged.Broken("The event changes nothing.");

    public static Violation Elsewhere() => Stream.Broken("The record belongs to another stream.");
}
