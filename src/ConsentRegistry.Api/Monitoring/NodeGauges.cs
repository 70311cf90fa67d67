using System.Diagnostics.Metrics;
using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Telemetry;

namespace ConsentRegistry.Api.Monitoring;

/// <summary>
/// What a node is like at the moment when somebody reads its metrics. Nothing is measured in between.
/// </summary>
internal sealed class NodeGauges
{
    private const string Table = "consent.table";

    private readonly Meter meter;

    public NodeGauges(
        IMeterFactory meters,
        ConsentReplica replica,
        LogWatch log,
        Sequencer sequencer,
        PublishedHead published,
        IssuerKeys keys,
        Readiness readiness,
        BacklogWatch backlog
    )
    {
        meter = meters.Registry();
        AddReplica(replica);
        AddLog(log, sequencer);
        AddWitnesses(published);
        AddBacklog(backlog);
        Seconds(
            "consent.issuer.keys.age",
            "How long ago the issuer's keys were read. Nothing where they are this host's own.",
            () => keys.Age
        );
        meter.CreateObservableGauge(
            "consent.part.ready",
            () =>
                readiness.Seen.Select(part => new Measurement<int>(part.Ready ? 1 : 0, Tag("consent.part", part.Name))),
            "{part}",
            "Whether a part of what the node answers from is as it should be: 1, or 0. As /health/ready says it."
        );
    }

    private void AddReplica(ConsentReplica replica)
    {
        Seconds(
            "consent.replica.poll.age",
            "How long ago the poll was sent that memory is as new as. Nothing while the node answers nothing from "
                + "memory.",
            () => replica.Age
        );
        Seconds(
            "consent.replica.beat.age",
            "How long ago the beat was sent that was confirmed last.",
            () => replica.BeatAge
        );
        meter.CreateObservableGauge(
            "consent.replica.records",
            () =>
                replica.Memory is not { } memory
                    ? []
                    : new Measurement<long>[]
                    {
                        new(memory.CreatorCount, Tag(Table, "creators")),
                        new(memory.VideoCount, Tag(Table, "videos")),
                        new(memory.Overflow.Count, Tag(Table, "extras")),
                        new(memory.Names.Count, Tag(Table, "names")),
                    },
            "{record}",
            "Records that memory holds, by table."
        );
        meter.CreateObservableGauge(
            "consent.replica.memory",
            () =>
                replica.Memory is not { } memory
                    ? []
                    : new Measurement<long>[]
                    {
                        new(memory.CreatorBytes, Tag(Table, "creators")),
                        new(memory.VideoBytes, Tag(Table, "videos")),
                    },
            "By",
            "Bytes that are reserved for the tables whose records have one size."
        );
    }

    private void AddLog(LogWatch log, Sequencer sequencer)
    {
        Seconds(
            "consent.log.lag",
            "For how long the oldest event has waited for its place in the history log.",
            () => log.State?.Lag
        );
        Seconds(
            "consent.log.checkpoint.age",
            "How long ago this node first saw the newest checkpoint.",
            () => log.CheckpointAge
        );
        Number(
            "consent.log.inbox.events",
            "{event}",
            $"Events that wait for their place in the history log, counted up to {LogWatch.MaxWaiting + 1}.",
            () => log.State?.Waiting
        );
        Number("consent.log.size", "{leaf}", "Leaves of the history log.", () => log.State?.Size);
        Number(
            "consent.log.checkpoint.size",
            "{leaf}",
            "Leaves that the newest checkpoint covers.",
            () => log.State is { } state ? state.Head?.Size ?? 0 : null
        );
        Number(
            "consent.log.epoch",
            "{epoch}",
            "The epoch of the node that sequences: it rises by one whenever a node takes over.",
            () => log.State?.Epoch
        );
        Number(
            "consent.log.stopped",
            "{node}",
            "Whether this node does not extend the log any more, because the log is not what it signed: 1, or 0.",
            () => sequencer.HasStopped ? 1 : 0
        );
    }

    private void AddWitnesses(PublishedHead published)
    {
        Seconds(
            "consent.log.witnessed.age",
            "How old the cosignatures are by which the newest published checkpoint meets the policy; from the node's "
                + "start on if none does. Nothing without a policy.",
            () => published.Age
        );
        Seconds(
            "consent.witness.interval",
            "How often witnesses are asked while the log does not grow. Nothing without a policy.",
            () => published.Interval
        );
    }

    private void AddBacklog(BacklogWatch backlog)
    {
        var upTo = $", counted up to {BacklogStore.Counted}";
        Number(
            "consent.outbox.notifications",
            "{notification}",
            $"Notifications that wait to be handed on{upTo}.",
            () => backlog.Seen?.Outbox
        );
        Seconds(
            "consent.outbox.age",
            "How long the oldest notification has waited to be handed on.",
            () => backlog.Seen?.OutboxAge
        );
        Number(
            "consent.webhook.deliveries.pending",
            "{delivery}",
            $"Deliveries that are under way or will be tried again{upTo}.",
            () => backlog.Seen?.Deliveries
        );
        Seconds(
            "consent.webhook.deliveries.age",
            "For how long the delivery that is due longest has been due.",
            () => backlog.Seen?.DeliveryAge
        );
        meter.CreateObservableGauge(
            "consent.webhook.disabled",
            () =>
                backlog.Seen is not { } seen
                    ? []
                    : seen.Disabled.Select(one => new Measurement<int>(
                        one.Value,
                        Tag("consent.webhook.reason", one.Key)
                    )),
            "{webhook}",
            "Webhooks that are disabled, by reason."
        );
        Number(
            "consent.recalls.due",
            "{recall}",
            $"Recalls that nobody has answered yet, and that have time left{upTo}.",
            () => backlog.Seen?.RecallsOpen
        );
        Number(
            "consent.recalls.overdue",
            "{recall}",
            $"Recalls that nobody has answered in time{upTo}.",
            () => backlog.Seen?.RecallsOverdue
        );
    }

    private void Seconds(string name, string description, Func<TimeSpan?> read) =>
        meter.CreateObservableGauge(
            name,
            () =>
                read() is { } time ? [new Measurement<double>(time.TotalSeconds)] : Array.Empty<Measurement<double>>(),
            "s",
            description
        );

    private void Number(string name, string unit, string description, Func<long?> read) =>
        meter.CreateObservableGauge(
            name,
            () => read() is { } number ? [new Measurement<long>(number)] : Array.Empty<Measurement<long>>(),
            unit,
            description
        );

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
