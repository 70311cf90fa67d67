using ConsentRegistry.Client;

namespace Agency;

/// <summary><c>answer</c>: answers open requests by rules. An approval never gives more than was asked for.</summary>
internal static class Answer
{
    public static async Task<int> RunAsync(
        ConsentRegistryClient registry,
        FileInfo rulesFile,
        IEnumerable<string> creators,
        CancellationToken cancellation
    )
    {
        var rules = (await Files.ReadAsync<AnswerRules>(rulesFile, cancellation)).Rules;
        if (rules.Any(rule => rule.Answer == RuleAnswer.None))
            throw new InvalidDataException("Each rule has an answer: approve or refuse.");
        var code = ExitCode.Done;
        foreach (var creator in creators)
        {
            // All of them first: what is answered goes from the list.
            var open = await registry
                .Approvals.ListAskedAsync(creator, "open", cancellation: cancellation)
                .ToListAsync(cancellation);
            foreach (var request in open)
            {
                var name = $"{creator}: {request.Purpose} of {request.Video.VideoId} for {request.Requester}";
                try
                {
                    Console.WriteLine($"{name}: {await AnswerAsync(registry, creator, request, rules, cancellation)}");
                }
                catch (ConsentRegistryException e) when (e.Code == "notOpen")
                {
                    code = ExitCode.Conflict;
                    Console.WriteLine($"{name}: CONFLICT, it was answered or withdrawn meanwhile");
                }
            }
        }
        return code;
    }

    private static async Task<string> AnswerAsync(
        ConsentRegistryClient registry,
        string creator,
        AskedApproval request,
        IReadOnlyList<AnswerRule> rules,
        CancellationToken cancellation
    )
    {
        switch (rules.FirstOrDefault(rule => rule.Fits(request)))
        {
            case { Answer: RuleAnswer.Approve } rule:
                await registry.Approvals.ApproveAsync(
                    creator,
                    request.Id,
                    new()
                    {
                        Conditions = rule.Conditions,
                        Uses = Less(rule.Uses, request.Uses),
                        Until = Less(EndOf(rule), request.Until),
                        Reason = rule.Reason,
                    },
                    cancellation: cancellation
                );
                return "approved";
            case { Answer: RuleAnswer.Refuse } rule:
                await registry.Approvals.RefuseAsync(creator, request.Id, rule.Reason, cancellation: cancellation);
                return "refused";
            default:
                return "no rule, stays open";
        }
    }

    private static DateTimeOffset? EndOf(AnswerRule rule) =>
        rule.Days is { } days ? TimeProvider.System.GetUtcNow().AddDays(days) : null;

    private static T? Less<T>(T? one, T? other)
        where T : struct, IComparable<T> =>
        one is { } limit && (other is not { } asked || limit.CompareTo(asked) < 0) ? one : other;
}
