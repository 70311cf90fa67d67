using System.Collections.Immutable;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>Puts decisions into the words of the contract.</summary>
internal static class DecisionBodies
{
    /// <summary>
    /// How long an answer other than an allow may be reused unless the caller says otherwise: reusing it uses nothing
    /// without consent.
    /// </summary>
    public const int RefusalReuseMs = 2_000;

    private static readonly DecisionBody Unreadable = new(
        false,
        Effect.Deny,
        Reason.Indeterminate,
        null,
        null,
        [],
        [],
        Version: null,
        FreshAt: null,
        MaxAgeMs: 0,
        null,
        null,
        null,
        null
    );

    /// <summary>The answer where the facts could not be read: never an allow, and never to be reused.</summary>
    public static DecisionBody Indeterminate => Unreadable;

    /// <summary>That answer to a question.</summary>
    public static DecisionBody IndeterminateTo(Question question) => Unreadable with { DecisionId = question.DrawId() };

    /// <summary>Why a decision was answered as it was.</summary>
    public static Reason ReasonOf(DecisionBody decision) => decision.Reason ?? Reason.Indeterminate;

    /// <summary>Decides a question. Its purpose is known to the vocabulary of the facts.</summary>
    /// <param name="fresh">The facts.</param>
    /// <param name="question">The question.</param>
    /// <param name="budget">How much explanation the answer may still carry.</param>
    public static DecisionBody Answer(this FreshFacts fresh, Question question, TraceBudget budget)
    {
        var facts = fresh.Set;
        var purpose = facts.Vocabulary.Find(question.Purpose);
        if (question.Target is CheckTarget.OfContent content)
            return fresh.AnswerContent(question, fresh.Contents[content], purpose, budget);
        if (!question.Explain)
        {
            return question.ListsVersions
                ? fresh.AnswerWithVersions(question, purpose, budget)
                : fresh.BodyOf(facts.Decide(question.Video, purpose, question.Requester), question);
        }
        var trace = new Explanation(facts, question.Requester, budget);
        var decision = facts.Decide(question.Video, purpose, question.Requester, ref trace);
        return fresh.BodyOf(decision, question) with
        {
            Versions = facts.VersionsOf(trace.Creators.Append(question.Video.Creator)),
            Trace = trace.Considered,
            TraceIsCut = budget.IsSpent ? true : null,
        };
    }

    // R10.
    private static DecisionBody AnswerContent(
        this FreshFacts fresh,
        Question question,
        CarriedContent content,
        PurposeIndex purpose,
        TraceBudget budget
    )
    {
        var facts = fresh.Set;
        var (consulted, trace) = (new ConsultedCreators(facts), new Explanation(facts, question.Requester, budget));
        var decided = ContentConsent.Decide(
            facts,
            content,
            question.Explain
                ? video => facts.Decide(video, purpose, question.Requester, ref trace)
                : video => facts.Decide(video, purpose, question.Requester, ref consulted)
        );
        var creators = (question.Explain ? trace.Creators : consulted.Creators)
            .Concat(content.Videos.Select(video => video.Creator))
            .ToHashSet();
        var listsVersions = question.Explain || (question.ListsVersions && budget.TryTake(creators.Count));
        var body = fresh.BodyOf(decided.Decision, question, decided.DecidingVideo) with
        {
            MaxAgeMs = decided
                .Answers.Append(decided.Decision)
                .Min(answer => MaxAgeOf(answer, question.MaxStalenessMs, facts.ReadAt)),
            Versions = listsVersions ? facts.VersionsOf(creators) : null,
            Trace = question.Explain ? trace.Considered : null,
            TraceIsCut = question.Explain && budget.IsSpent ? true : null,
            Videos = [.. content.Videos.Take(Limits.VideosPerCheck).Select(VideoName.From)],
            DecidingVideo = decided.DecidingVideo,
        };
        return body.Effect == Effect.Deny && !question.SeesCarriers
            ? body with
            {
                DecidedBy = null,
                Version = null,
                Versions = null,
                Trace = null,
                TraceIsCut = null,
                Videos = null,
            }
            : body;
    }

    private static DecisionBody AnswerWithVersions(
        this FreshFacts fresh,
        Question question,
        PurposeIndex purpose,
        TraceBudget budget
    )
    {
        var consulted = new ConsultedCreators(fresh.Set);
        var decision = fresh.Set.Decide(question.Video, purpose, question.Requester, ref consulted);
        // Without the owner's own stream a decision on nobody's word, such as one beyond a limit, would list none.
        var creators = consulted.Creators.Append(question.Video.Creator).ToHashSet();
        return fresh.BodyOf(decision, question) with
        {
            Versions = budget.TryTake(creators.Count) ? fresh.Set.VersionsOf(creators) : null,
        };
    }

    /// <summary>The versions of creators' streams, and that of the vocabulary.</summary>
    public static ImmutableSortedDictionary<string, long> VersionsOf(
        this FactSet facts,
        IEnumerable<CreatorId> creators
    ) =>
        creators
            .Distinct()
            .Select(creator => KeyValuePair.Create(creator.Value, facts.StateOf(creator).Version))
            .Append(KeyValuePair.Create(StreamId.Vocabulary.Name, (long)facts.Vocabulary.Version))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static DecisionBody BodyOf(this FreshFacts fresh, Decision decision, Question question) =>
        fresh.BodyOf(decision, question, question.Video);

    private static DecisionBody BodyOf(
        this FreshFacts fresh,
        Decision decision,
        Question question,
        VideoKey? decidingVideo
    ) =>
        new(
            decision.IsAllowed,
            decision.Effect,
            decision.Reason,
            WordOf(decision.Detail),
            fresh.Set.DeciderOf(decision, question.Requester),
            decision.Obligations.Words(),
            [.. fresh.Set.Vocabulary.Names(decision.Excludes).Select(purpose => purpose.Name)],
            decidingVideo is { } video ? fresh.Set.StateOf(video.Creator).Version : null,
            fresh.FreshAt,
            MaxAgeOf(decision, question.MaxStalenessMs, fresh.Set.ReadAt),
            decision.Effect == Effect.Ask ? Contracts.AskAt.Path : null,
            Versions: null,
            Trace: null,
            TraceIsCut: null,
            DecisionId: question.DrawId()
        );

    public static string? WordOf(Detail detail) => detail == Detail.None ? null : detail.Word();

    private static DeciderBody? DeciderOf(this FactSet facts, in Decision decision, Requester? requester)
    {
        if (decision.DecidedBy is not { } by)
            return null;
        var setting = decision.Setting;
        return new(
            facts.CreatorOf(by.Creator).Value,
            by.Role,
            VideoName.From(facts.VideoOf(by.Video)),
            setting is null ? null : (setting.Value.Scope?.Word() ?? DecidingScope.Grant.Word()),
            setting is { } deciding ? facts.Vocabulary[deciding.Purpose].Purpose.Name : null,
            setting is { NamesRequester: true } ? requester?.Value : null,
            decision.Stamp?.Version,
            decision.Stamp?.At
        );
    }

    /// <summary>How long a decision may be reused, in milliseconds.</summary>
    // Never past the next expiry among what an allow rests on; never at all where a counted grant may be spent by
    // somebody else.
    public static long MaxAgeOf(in Decision decision, int maxStalenessMs, Instant now)
    {
        if (!decision.IsAllowed)
            return decision.Reason == Reason.Indeterminate ? 0 : RefusalReuseMs;
        if (maxStalenessMs == 0 || decision.RestsOnCountedGrant)
            return 0;
        return decision.HoldsUntil == Instant.Never
            ? maxStalenessMs
            : Math.Min(maxStalenessMs, (long)Math.Max(0, decision.HoldsUntil.Since(now).TotalMilliseconds));
    }

    /// <summary>
    /// Keeps what the evaluator says. The facts hold settings for anybody and for the requester only, so nobody sees
    /// any other.
    /// </summary>
    private readonly struct Explanation(FactSet facts, Requester? requester, TraceBudget budget) : ITrace
    {
        private readonly List<ConsideredBody> considered = [];
        private readonly List<WeighedBody> weighed = [];
        private readonly List<CreatorId> creators = [];

        public static bool IsOn => true;

        public List<ConsideredBody> Considered => considered;

        public List<CreatorId> Creators => creators;

        public void Consider(Decider decider) => weighed.Clear();

        public void Weigh(in Setting setting, Standing standing, Setting? beatenBy)
        {
            // A setting for an unrelated purpose has no part in the decision, and there may be hundreds.
            if (standing == Standing.OtherPurpose || !budget.TryTake())
                return;
            weighed.Add(
                new(
                    setting.Scope,
                    facts.Vocabulary[setting.Purpose].Purpose.Name,
                    Named(setting),
                    setting.Effect,
                    standing,
                    beatenBy is { } beater
                        ? new(beater.Scope, facts.Vocabulary[beater.Purpose].Purpose.Name, Named(beater))
                        : null,
                    setting.Stamp.Version
                )
            );
        }

        public void Weigh(in Grant grant, bool answers) { }

        public void Conclude(in Decision answer)
        {
            var by = answer.DecidedBy!.Value;
            var creator = facts.CreatorOf(by.Creator);
            creators.Add(creator);
            if (!budget.TryTake())
                return;
            considered.Add(
                new(
                    creator.Value,
                    by.Role,
                    VideoName.From(facts.VideoOf(by.Video)),
                    answer.Effect,
                    answer.Reason,
                    WordOf(answer.Detail),
                    // In an order of its own: that in which memory holds them says nothing.
                    [
                        .. weighed
                            .OrderBy(setting => setting.Scope)
                            .ThenBy(setting => setting.Purpose, StringComparer.Ordinal)
                            .ThenBy(setting => setting.Requester, StringComparer.Ordinal),
                    ]
                )
            );
        }

        private string? Named(in Setting setting) => setting.Audience == Audience.Requester ? requester?.Value : null;
    }
}
