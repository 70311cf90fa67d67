using ConsentRegistry.Soak;
using ConsentRegistry.Soak.Alterations;
using ConsentRegistry.Soak.Failover;
using ConsentRegistry.Soak.Staleness;

// Each run causes faults for real, then looks for a broken promise. It ends with exit code 1 if it finds one.
return args switch
{
    [] => new[]
    {
        await LogSoak.RunAsync(LogSoak.DefaultChanges),
        await NotificationSoak.RunAsync(NotificationSoak.DefaultNumber),
        await DatasetSoak.RunAsync(DatasetSoak.DefaultRows),
        await StalenessRun.RunAsync([]),
        await AlterationsRun.RunAsync([]),
    }.Max(),
    ["log"] => await LogSoak.RunAsync(LogSoak.DefaultChanges),
    ["log", var number] when int.TryParse(number, out var changes) && changes > 0 => await LogSoak.RunAsync(changes),
    ["notifications"] => await NotificationSoak.RunAsync(NotificationSoak.DefaultNumber),
    ["notifications", var number] when int.TryParse(number, out var count) && count > 0 =>
        await NotificationSoak.RunAsync(count),
    ["dataset"] => await DatasetSoak.RunAsync(DatasetSoak.DefaultRows),
    ["dataset", var number] when int.TryParse(number, out var rows) && rows > 0 => await DatasetSoak.RunAsync(rows),
    ["staleness", .. var words] => await StalenessRun.RunAsync(words),
    ["alterations", .. var words] => await AlterationsRun.RunAsync(words),
    ["failover", .. var words] => await FailoverRun.RunAsync(words),
    _ => Explain(),
};

static int Explain()
{
    Console.Error.WriteLine(
        $"""
        (nothing)               all of the following but failover
        log [number]            makes changes (100,000) while nodes and the database are killed, then verifies the log
        notifications [number]  sends notifications (10,000) while nodes and the database are killed, then looks for one that a receiver never got
        dataset [number]        filters rows (20,000,000) with consent filter, which is killed twice, then verifies what was written
        staleness {StalenessOptions.Usage}
                                checks (1,000,000) while consent is withdrawn and given back and everything fails in turns, then looks for
                                an answer that an acknowledged change makes impossible
        alterations {AlterationsOptions.Usage}
                                alters a registry in many ways (all that it knows), and lets who has to find each of them look for it
        failover {FailoverOptions.Usage}
                                causes faults (18) of a cluster of PostgreSQL servers while consent changes and is checked, then looks
                                for a lost change, a stale answer and a second log
        """
    );
    return 2;
}
