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
    private static readonly byte[][] Effects = WordsOf<Effect>();
    private static readonly byte[][] Reasons = WordsOf<Reason>();
    private static readonly byte[][] Details = WordsOf<Detail>();
    private static readonly byte[][] Roles = WordsOf<Role>();
    private static readonly byte[][] Scopes = WordsOf<Scope>();

    // No id and no word needs an escape.
    private static readonly byte[][] Obligations = [.. Enumerable.Range(0, 8).Select(set => Encoding.ASCII.GetBytes(
        $"[{string.Join(',', ((Conditions)set).Words().Select(word => $"\"{word}\""))}]"))];

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
        to.Add(decision.IsAllowed ? "{\"allowed\":true,\"effect\":"u8 : "{\"allowed\":false,\"effect\":"u8);
        to.Add(Effects[(int)decision.Effect]);
        to.Add(",\"reason\":"u8);
        to.Add(Reasons[(int)decision.Reason]);
        if (decision.Detail != Detail.None)
        {
            to.Add(",\"detail\":"u8);
            to.Add(Details[(int)decision.Detail]);
        }
        to.Add(",\"decidedBy\":"u8);
        if (decision.DecidedBy is { } by)
            WriteDecider(to, check, decision, by, permit.Memory);
        else
            to.Add("null"u8);
        to.Add(",\"obligations\":"u8);
        to.Add(Obligations[(int)decision.Obligations]);
        to.Add(",\"excludes\":"u8);
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
        to.Add("\",\"role\":"u8);
        to.Add(Roles[(int)by.Role]);
        to.Add(",\"video\":{\"creatorId\":\""u8);
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
        to.Add("\"},\"scope\":"u8);
        if (decision.Setting is { } setting)
        {
            if (setting.Scope is { } scope)
                to.Add(Scopes[(int)scope]);
            else
                to.Add("\"grant\""u8);
            to.Add(",\"purpose\":\""u8);
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
            to.Add("null,\"purpose\":null,\"requester\":null"u8);
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

    // By value; what is no value has no word, and is never written.
    private static byte[][] WordsOf<T>()
        where T : struct, Enum
    {
        var words = new byte[Enum.GetValues<T>().Max(value => Convert.ToInt32(value)) + 1][];
        foreach (var value in Enum.GetValues<T>().Where(value => value.ToString() != "None"))
            words[Convert.ToInt32(value)] = Encoding.ASCII.GetBytes($"\"{value.Word()}\"");
        return words;
    }
}
