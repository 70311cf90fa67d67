using System.Text;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>
/// Makes entries of the log of decisions: out of answers, and of decisions that have no answer in objects.
/// </summary>
internal static class DecisionEntries
{
    /// <summary>The entry of an answer. One that was made without facts was made with no vocabulary either.</summary>
    public static DecisionEntry Create(
        CheckChannel way,
        Question question,
        DecisionBody answer,
        int? vocabularyVersion
    ) =>
        new(
            answer.DecisionId ?? Guid.CreateVersion7(),
            way,
            CheckedVideo(question, answer)?.Creator.Value,
            CheckedVideo(question, answer)?.Video.Value,
            question.Requester?.Value,
            question.Purpose.Name,
            answer.Effect,
            DecisionBodies.ReasonOf(answer),
            answer.DecidedBy?.CreatorId,
            answer.DecidedBy?.Version,
            answer.Version,
            answer.Version is null ? null : vocabularyVersion,
            answer.FreshAt
        );

    /// <summary>The entry of a decision that was made from a request's bytes.</summary>
    public static DecisionEntry Create(
        CheckChannel way,
        scoped in AskedCheck asked,
        in Outcome outcome,
        in Permit permit
    )
    {
        ref readonly var decision = ref outcome.Decision;
        var (memory, isRead) = (permit.Memory, !outcome.IsUnreadable);
        // Content that nobody carries is nobody's.
        var creator = asked.Creator.IsEmpty ? null : TextOf(asked.Creator);
        var isSomebodys = isRead && creator is not null;
        return new(
            Guid.CreateVersion7(),
            way,
            creator,
            creator is null ? null : TextOf(asked.Video),
            TextOf(asked.Requester),
            memory.Vocabulary[asked.Purpose].Purpose.Name,
            decision.Effect,
            decision.Reason,
            (asked.Withholds && decision.Effect == Effect.Deny) || decision.DecidedBy is not { } by ? null
                : by.Creator == Names.CheckedOwner ? creator
                : memory.Names[by.Creator].Id.Value,
            decision.Stamp?.Version,
            isSomebodys ? outcome.Version : null,
            isSomebodys ? memory.Vocabulary.Version : null,
            isRead ? permit.State.DatabaseTime : null
        );
    }

    /// <summary>The entry of a check that was answered without facts.</summary>
    public static DecisionEntry Indeterminate(
        CheckChannel way,
        ReadOnlySpan<byte> creator,
        ReadOnlySpan<byte> video,
        ReadOnlySpan<byte> requester,
        Purpose purpose
    ) =>
        new(
            Guid.CreateVersion7(),
            way,
            creator.IsEmpty ? null : TextOf(creator),
            video.IsEmpty ? null : TextOf(video),
            TextOf(requester),
            purpose.Name,
            Effect.Deny,
            Reason.Indeterminate,
            DecidedBy: null,
            DecidedByVersion: null,
            Version: null,
            VocabularyVersion: null,
            FreshAt: null
        );

    private static VideoKey? CheckedVideo(Question question, DecisionBody answer) =>
        question.Target is CheckTarget.OfVideo named ? named.Video : answer.DecidingVideo;

    private static string TextOf(ReadOnlySpan<byte> id) => Encoding.ASCII.GetString(id);
}
