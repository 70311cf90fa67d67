using ConsentRegistry.Client;
using ConsentRegistry.Console.Languages;

namespace ConsentRegistry.Console.Histories;

/// <summary>One event of a history in plain words.</summary>
/// <param name="Event">The event.</param>
/// <param name="What">Who did what.</param>
/// <param name="Before">What stood before; null where there is nothing to compare.</param>
/// <param name="After">What stands after it; null where there is nothing to compare.</param>
/// <param name="Details">Further sentences.</param>
/// <param name="IsAlarm">Whether everything was stopped or erased by it.</param>
internal sealed record HistoryEntry(
    HistoryEvent Event,
    Phrase What,
    HistoryState? Before = null,
    HistoryState? After = null,
    IReadOnlyList<string>? Details = null,
    bool IsAlarm = false
);

/// <summary>What stood, as a badge shows it.</summary>
/// <param name="Style">Its style: <c>allow</c>, <c>ask</c>, <c>deny</c>, <c>danger</c>; null for none.</param>
/// <param name="Icon">Its icon.</param>
/// <param name="Text">Its word in the reader's language; the registry's word where that is unknown.</param>
internal sealed record HistoryState(string? Style, string Icon, string Text);
