using System.Text;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Features.Checks.Direct;

/// <summary>Writes decisions as <see cref="DecisionBody"/> is serialized, byte for byte, without making one.</summary>
internal static class DecisionWriter
{
    private static readonly int ReasonBits = Wording.BitsOf<Reason>();

    private static readonly int DetailBits = Wording.BitsOf<Detail>();

    // What stands between two parts that vary is written at once. No id and no word needs an escape.
    private static readonly byte[][] Heads =
    [
        .. from effect in Every<Effect>()
        from reason in Every<Reason>()
        from detail in Every<Detail>()
        select HeadOf(effect, reason, detail),
    ];

    private static readonly byte[][] Roles =
    [
        .. Every<Role>().Select(role => Bytes($"\",\"role\":\"{WordOf(role)}\",\"video\":{{\"creatorId\":\"")),
    ];

    private static readonly byte[][] Scopes =
    [
        .. Every<Scope>().Select(scope => Bytes($"\"}},\"scope\":\"{WordOf(scope)}\",\"purpose\":\"")),
    ];

    private static readonly byte[][] Obligations =
    [
        .. Every<Conditions>().Select(set => Bytes($",\"obligations\":[{ListOf(set)}],\"excludes\":")),
    ];

    private static readonly byte[] AskAt = Bytes($",\"askAt\":\"{Contracts.AskAt.Path}\"");

    /// <summary>Writes a decision.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="check">The check that was decided.</param>
    /// <param name="outcome">The decision.</param>
    /// <param name="permit">The permission by which it was decided.</param>
    /// <param name="maxStalenessMs">For how long the caller means to reuse an allow.</param>
    /// <returns>How long the decision may be reused, in milliseconds.</returns>
    public static long Write(
        AnswerBuffer to,
        scoped in AskedCheck check,
        in Outcome outcome,
        in Permit permit,
        int maxStalenessMs
    )
    {
        var maxAgeMs = WriteMembers(to, check, outcome, permit, maxStalenessMs);
        to.Add((byte)'}');
        return maxAgeMs;
    }

    /// <summary>Writes a decision as one item among many: a <see cref="CheckResult"/>.</summary>
    /// <inheritdoc cref="Write"/>
    public static long WriteItem(
        AnswerBuffer to,
        scoped in AskedCheck check,
        in Outcome outcome,
        in Permit permit,
        int maxStalenessMs
    )
    {
        var maxAgeMs = WriteMembers(to, check, outcome, permit, maxStalenessMs);
        to.Add(",\"error\":null}"u8);
        return maxAgeMs;
    }

    /// <summary>Writes the item that is answered where the facts cannot be read.</summary>
    public static void WriteIndeterminateItem(AnswerBuffer to) =>
        to.Add(
            "{\"allowed\":false,\"effect\":\"deny\",\"reason\":\"indeterminate\",\"decidedBy\":null,\"obligations\":[],\"excludes\":[],\"version\":null,\"freshAt\":null,\"maxAgeMs\":0,\"error\":null}"u8
        );

    private static long WriteMembers(
        AnswerBuffer to,
        scoped in AskedCheck check,
        in Outcome outcome,
        in Permit permit,
        int maxStalenessMs
    )
    {
        ref readonly var decision = ref outcome.Decision;
        var maxAgeMs = DecisionBodies.MaxAgeOf(decision, maxStalenessMs, permit.Now);
        to.Add(Heads[PlaceOf(decision.Effect, decision.Reason, decision.Detail)]);
        var isWithheld = check.Withholds && decision.Effect == Effect.Deny;
        if (!isWithheld && decision.DecidedBy is { } by)
            WriteDecider(to, check, decision, by, permit.Memory);
        else
            to.Add("null"u8);
        to.Add(Obligations[(int)decision.Obligations]);
        WriteExcludes(to, decision.Excludes, permit.Memory.Vocabulary);
        to.Add(",\"version\":"u8);
        if (isWithheld || check.Creator.IsEmpty || (check.IsContent && decision.Reason == Reason.Indeterminate))
            to.Add("null"u8);
        else
            to.AddNumber(outcome.Version);
        to.Add(",\"freshAt\":\""u8);
        to.Add(permit.State.DatabaseTimeText);
        to.Add("\",\"maxAgeMs\":"u8);
        to.AddNumber(maxAgeMs);
        if (decision.Effect == Effect.Ask)
            to.Add(AskAt);
        if (check.IsContent && !isWithheld)
            WriteVideo(to, check);
        return maxAgeMs;
    }

    private static void WriteVideo(AnswerBuffer to, scoped in AskedCheck check)
    {
        if (check.Creator.IsEmpty)
        {
            to.Add(",\"videos\":[]"u8);
            return;
        }
        to.Add(",\"videos\":[{\"creatorId\":\""u8);
        to.Add(check.Creator);
        to.Add("\",\"videoId\":\""u8);
        to.Add(check.Video);
        to.Add("\"}]"u8);
    }

    private static void WriteDecider(
        AnswerBuffer to,
        scoped in AskedCheck check,
        in Decision decision,
        in Decider by,
        FactMemory memory
    )
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

    private static byte[] HeadOf(Effect effect, Reason reason, Detail detail) =>
        Bytes(
            $"{{\"allowed\":{(effect == Effect.Allow ? "true" : "false")},\"effect\":\"{WordOf(effect)}\","
                + $"\"reason\":\"{WordOf(reason)}\","
                + (detail == Detail.None ? "" : $"\"detail\":\"{WordOf(detail)}\",")
                + "\"decidedBy\":"
        );

    private static int PlaceOf(Effect effect, Reason reason, Detail detail) =>
        ((((int)effect << ReasonBits) | (int)reason) << DetailBits) | (int)detail;

    // Every number that the bits of a type can hold, in order, so that a value is its own place in a table.
    private static IEnumerable<T> Every<T>()
        where T : struct, Enum =>
        Enumerable.Range(0, 1 << Wording.BitsOf<T>()).Select(number => (T)Enum.ToObject(typeof(T), number));

    private static string ListOf(Conditions conditions) =>
        string.Join(',', conditions.Words().Select(word => $"\"{word}\""));

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    // What is no value has no word, and is never written.
    private static string WordOf<T>(T value)
        where T : struct, Enum => value.IsWord() ? value.Word() : "";
}
