using ConsentRegistry.Api.Notifications;

namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>When deliveries are tried, and how many are under way at once.</summary>
public sealed class ScheduleTests
{
    private static readonly Attempt Quick = new(200, null, null, TimeSpan.FromMilliseconds(5));

    private static readonly Attempt Late = new(200, null, null, TimeSpan.FromSeconds(10));

    [Fact]
    public void Attempts_follow_the_schedule_of_the_specification_a_tenth_later_at_most()
    {
        TimeSpan[] recommended =
        [
            TimeSpan.FromSeconds(5),
            TimeSpan.FromMinutes(5),
            TimeSpan.FromMinutes(30),
            TimeSpan.FromHours(2),
            TimeSpan.FromHours(5),
            TimeSpan.FromHours(10),
            TimeSpan.FromHours(14),
            TimeSpan.FromHours(20),
            TimeSpan.FromHours(24),
        ];
        var schedule = new RetrySchedule(1);
        for (var failed = 1; failed < RetrySchedule.Attempts; failed++)
            Assert.InRange(
                schedule.After(failed, retryAfter: null)!.Value,
                recommended[failed - 1],
                recommended[failed - 1] * 1.1
            );
        Assert.Null(schedule.After(RetrySchedule.Attempts, retryAfter: TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_receiver_may_ask_for_more_time_but_not_for_less_and_not_for_days()
    {
        var schedule = new RetrySchedule(1);
        Assert.Equal(TimeSpan.FromMinutes(2), schedule.After(1, TimeSpan.FromMinutes(2)));
        Assert.Equal(TimeSpan.FromHours(1), schedule.After(1, TimeSpan.FromDays(400)));
        Assert.InRange(
            schedule.After(2, TimeSpan.FromSeconds(-5))!.Value,
            TimeSpan.FromMinutes(5),
            TimeSpan.FromMinutes(6)
        );
    }

    [Fact]
    public void No_webhook_and_no_host_has_more_permits_than_its_own()
    {
        using var limits = new DeliveryLimits();
        var ofOneHost = Enumerable
            .Range(0, 10)
            .Select(_ => new DueWebhook(Guid.NewGuid(), "a", IsFailing: false))
            .ToList();
        var known = new DueWebhook(Guid.NewGuid(), "b", IsFailing: false);
        limits.Learn(known.Id, Quick);
        var taken = limits.Take([.. ofOneHost, known]);

        Assert.Equal(DeliveryLimits.PerHost, taken.Where(one => one.Webhook != known.Id).Sum(one => one.Count));
        Assert.Equal(DeliveryLimits.PerWebhook, Assert.Single(taken, one => one.Webhook == known.Id).Count);
        // One for each before a second for any.
        Assert.All(taken.Where(one => one.Webhook != known.Id), one => Assert.Equal(1, one.Count));
        foreach (var permits in taken)
            permits.Return(permits.Count);
        Assert.Equal(0, limits.UnderWay);
    }

    [Fact]
    public void Those_that_fail_or_are_slow_leave_permits_to_the_others()
    {
        using var limits = new DeliveryLimits();
        var late = Enumerable
            .Range(0, 300)
            .Select(host => new DueWebhook(Guid.NewGuid(), $"slow{host}", IsFailing: false))
            .ToList();
        foreach (var webhook in late)
            limits.Learn(webhook.Id, Late);
        var slow = limits.Take(late);
        var failing = limits.Take([
            .. Enumerable
                .Range(0, 300)
                .Select(host => new DueWebhook(Guid.NewGuid(), $"failing{host}", IsFailing: true)),
        ]);
        var quick = limits.Take([
            .. Enumerable
                .Range(0, 300)
                .Select(host => new DueWebhook(Guid.NewGuid(), $"quick{host}", IsFailing: false)),
        ]);

        Assert.Equal(DeliveryLimits.OfSlow, slow.Sum(one => one.Count));
        Assert.Empty(failing);
        Assert.Equal(DeliveryLimits.Total - DeliveryLimits.OfSlow, quick.Sum(one => one.Count));
        var better = late.Find(webhook => slow.All(one => one.Webhook != webhook.Id))!;
        limits.Learn(better.Id, Quick);
        quick[0].Return(1);
        Assert.Single(limits.Take([better]));
    }

    [Fact]
    public void Slow_ones_leave_permits_to_the_others_at_their_host()
    {
        using var limits = new DeliveryLimits();
        var due = Enumerable
            .Range(0, 6)
            .Select(_ => new DueWebhook(Guid.NewGuid(), "shared", IsFailing: false))
            .ToList();
        var (hanging, good, unknown) = (due[..4], due[4], due[5]);
        foreach (var webhook in hanging)
            limits.Learn(webhook.Id, Late);
        limits.Learn(good.Id, Quick);

        var slow = limits.Take(hanging);
        Assert.Equal(DeliveryLimits.SlowPerHost, slow.Sum(one => one.Count));
        // One of which nothing is known has one permit until that delivery is over.
        Assert.Equal(1, Assert.Single(limits.Take([unknown])).Count);
        Assert.Empty(limits.Take([unknown]));
        Assert.Equal(DeliveryLimits.PerHost - DeliveryLimits.SlowPerHost - 1, Assert.Single(limits.Take([good])).Count);
        Assert.Empty(limits.Take(due));
        // What is given back is theirs again.
        slow[0].Return(1);
        Assert.Equal(1, limits.Take(hanging).Sum(one => one.Count));
    }
}
