using System.Collections.Frozen;
using System.Text;
using ConsentRegistry.Api.Features.Approvals;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Checks.Direct;

/// <summary>Writes decisions as <see cref="DecisionBody"/> is serialized, byte for byte, without making one.</summary>
internal static class DecisionWriter
{
    /// <summary>More than any of the enumerations of a decision has values.</summary>
    private const int Values = 8;

    // What stands between two parts that vary is written at once. No id and no word needs an escape.
    private static readonly byte[][] Heads = BytesOf(Combinations.Select(one =>
        $"{{\"allowed\":{(one.Effect == Effect.Allow ? "true" : "false")},\"effect\":\"{WordOf(one.Effect)}\",\"reason\":\"{WordOf(one.Reason)}\","
        + (one.Detail == Detail.None ? "" : $"\"detail\":\"{WordOf(one.Detail)}\",") + "\"decidedBy\":"));

    private static readonly byte[][] Roles = BytesOf(Enum.GetValues<Role>().Select(role => $"\",\"role\":\"{role.Word()}\",\"video\":{{\"creatorId\":\""));

    private static readonly byte[][] Scopes = BytesOf(Enum.GetValues<Scope>().Select(scope => $"\"}},\"scope\":\"{scope.Word()}\",\"purpose\":\""));

    private static readonly byte[][] Obligations = BytesOf(Enumerable.Range(0, Values).Select(set =>
        $",\"obligations\":[{string.Join(',', ((Conditions)set).Words().Select(word => $"\"{word}\""))}],\"excludes\":"));

    private static readonly byte[] AskAt = Encoding.ASCII.GetBytes($",\"askAt\":\"{ApprovalsApi.AskAt}\"");

    /// <summary>Writes a decision.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="check">The check that was decided.</param>
    /// <param name="outcome">The decision.</param>
    /// <param name="permit">The permission by which it was decided.</param>
    /// <param name="maxStalenessMs">For how long the caller means to reuse an allow.</param>
    /// <returns>How long the decision may be reused, in milliseconds.</returns>
    public static long Write(AnswerBuffer to, scoped in AskedCheck check, in Outcome outcome, in Permit permit, int maxStalenessMs)
    {
        ref readonly var decision = ref outcome.Decision;
        var maxAgeMs = Answers.MaxAgeOf(decision, maxStalenessMs, permit.Now);
        to.Add(Heads[PlaceOf(decision.Effect, decision.Reason, decision.Detail)]);
        if (decision.DecidedBy is { } by)
            WriteDecider(to, check, decision, by, permit.Memory);
        else
            to.Add("null"u8);
        to.Add(Obligations[(int)decision.Obligations]);
        WriteExcludes(to, decision.Excludes, permit.Memory.Vocabulary);
        to.Add(",\"version\":"u8);
        to.AddNumber(outcome.Version);
        to.Add(",\"freshAt\":\""u8);
        to.Add(permit.State.DatabaseTimeText);
        to.Add("\",\"maxAgeMs\":"u8);
        to.AddNumber(maxAgeMs);
        if (decision.Effect == Effect.Ask)
            to.Add(AskAt);
        to.Add((byte)'}');
        return maxAgeMs;
    }

    /// <summary>Writes what is answered where the facts cannot be read.</summary>
    public static void WriteIndeterminate(AnswerBuffer to) => to.Add(
        "{\"allowed\":false,\"effect\":\"deny\",\"reason\":\"indeterminate\",\"decidedBy\":null,\"obligations\":[],\"excludes\":[],\"version\":null,\"freshAt\":null,\"maxAgeMs\":0}"u8);

    private static void WriteDecider(AnswerBuffer to, scoped in AskedCheck check, in Decision decision, in Decider by, FactMemory memory)
    {
        to.Add("{\"creatorId\":\""u8);
        if (by.Creator == Names.CheckedOwner)
            to.Add(check.Creator);
        else
            AddText(to, memory.Names[by.Creator].Id.Value);
        to.Add(Roles[(int)by.Role]);
        if (by.Video == Names.CheckedVideo)
        {
            to.Add(check.Creator);
            to.Add("\",\"videoId\":\""u8);
            to.Add(check.Video);
        }
        else
        {
            var video = memory.Names[by.Video].Id;
            AddText(to, video.Creator.Value);
            to.Add("\",\"videoId\":\""u8);
            AddText(to, video.Video.Value);
        }
        if (decision.Setting is { } setting)
        {
            to.Add(setting.Scope is { } scope ? Scopes[(int)scope] : "\"},\"scope\":\"grant\",\"purpose\":\""u8);
            to.Add(memory.Vocabulary.Utf8Name(setting.Purpose));
            to.Add("\",\"requester\":"u8);
            if (setting.NamesRequester)
            {
                to.Add((byte)'"');
                to.Add(check.Requester);
                to.Add((byte)'"');
            }
            else
            {
                to.Add("null"u8);
            }
        }
        else
        {
            to.Add("\"},\"scope\":null,\"purpose\":null,\"requester\":null"u8);
        }
        if (decision.Stamp is { } stamp)
        {
            to.Add(",\"version\":"u8);
            to.AddNumber(stamp.Version);
            to.Add(",\"changedAt\":\""u8);
            to.AddTime(stamp.At);
            to.Add("\"}"u8);
        }
        else
        {
            to.Add(",\"version\":null,\"changedAt\":null}"u8);
        }
    }

    private static void WriteExcludes(AnswerBuffer to, in PurposeSet excludes, Vocabulary vocabulary)
    {
        if (excludes.IsEmpty)
        {
            to.Add("[]"u8);
            return;
        }
        var separator = (byte)'[';
        foreach (var purpose in vocabulary.Names(excludes))
        {
            to.Add(separator);
            to.Add((byte)'"');
            AddText(to, purpose.Name);
            to.Add((byte)'"');
            separator = (byte)',';
        }
        to.Add((byte)']');
    }

    // Longer than any id or purpose.
    private static void AddText(AnswerBuffer to, string text)
    {
        Span<byte> bytes = stackalloc byte[512];
        to.Add(bytes[..Encoding.ASCII.GetBytes(text, bytes)]);
    }

    private static IEnumerable<(Effect Effect, Reason Reason, Detail Detail)> Combinations =>
        Enumerable.Range(0, Values * Values * Values).Select(place => ((Effect)(place / Values / Values), (Reason)(place / Values % Values), (Detail)(place % Values)));

    private static byte[][] BytesOf(IEnumerable<string> texts) => [.. texts.Select(Encoding.ASCII.GetBytes)];

    private static int PlaceOf(Effect effect, Reason reason, Detail detail) => (((int)effect * Values) + (int)reason) * Values + (int)detail;

    // What is no value has no word, and is never written.
    private static string WordOf<T>(T value)
        where T : struct, Enum => Enum.IsDefined(value) ? value.Word() : "";
}
