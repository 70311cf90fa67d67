using System.Globalization;

namespace ConsentRegistry.Api.Tests.Neighbours;

/// <summary>A preview takes as long as what it shows is large, however many requesters a change names.</summary>
/// <remarks>What is measured is what is allocated, for a busy machine does not change that.</remarks>
[Collection(nameof(Alone))]
public sealed class PreviewCostTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    /// <summary>Sixteen times as many are still fewer than the limit of a purpose.</summary>
    private const int Few = 60;

    private const int Times = 16;

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task A_preview_costs_as_much_for_each_named_requester_however_many_there_are()
    {
        var creator = RegistryApplication.NewId();
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
        await CostOfAsync(creator, Few);

        var (few, many) = (await CostOfAsync(creator, Few), await CostOfAsync(creator, Times * Few));

        // In proportion it would be 16 times as much; by the square 256 times.
        Assert.True(
            many < 40 * few,
            string.Create(CultureInfo.InvariantCulture, $"{many} bytes for {Times * Few}, and {few} for {Few}")
        );
    }

    private async Task<long> CostOfAsync(string creator, int named)
    {
        var changes = Enumerable
            .Range(0, named)
            .Select(i => new
            {
                op = "setDefault",
                purpose = "remix",
                requester = $"lab-{i}",
                effect = "allow",
                appliesTo = "all",
            })
            .ToArray();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var preview = await App.Creator(creator)
            .PostAsync($"/v1/creators/{creator}/consent/changes", new { dryRun = true, changes });
        var cost = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.True((bool)preview.Is(200)["complete"]!);
        return cost;
    }
}
