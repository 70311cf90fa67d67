using System.Text;
using ConsentRegistry.Client;
using Microsoft.Playwright;

namespace ConsentRegistry.Console.Tests;

/// <summary>Whoever trusts nobody checks the log in their own browser: an entry, a whole export, a receipt.</summary>
public sealed class LogVerifierTests(Stack stack)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_entry_a_whole_export_and_a_receipt_are_verified_and_a_forged_one_is_not()
    {
        var page = await stack.OpenAsync();
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await stack.Registry.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Allow) { AppliesTo = AppliesTo.All },
            cancellation: Cancellation
        );
        await ProofOfNewestAsync(creator);

        // An entry of the history.
        await page.GotoAsync($"/creators/{creator}/history");
        await Verdict(page, "valid").WaitForAsync();
        await page.Locator(".timeline summary").First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Check it in this browser" }).First.ClickAsync();
        await page.Locator("[data-verify-steps] [data-step=leaf][data-status=passed]").WaitForAsync();
        await Verdict(page, "valid").WaitForAsync();

        // The whole history with its proofs, as it is downloaded; then with one letter changed.
        var export = await (
            await page.Context.APIRequest.GetAsync(
                new Uri(stack.Address, $"/creators/{creator}/history/download-with-proofs.jsonl").AbsoluteUri
            )
        ).BodyAsync();
        await page.GotoAsync("/verify");
        await Verdict(page, "valid").WaitForAsync();
        await DropAsync(page, export);
        await page.Locator("[data-verify-steps] [data-step=leaves][data-status=passed]").WaitForAsync();
        await Verdict(page, "valid").WaitForAsync();
        var forged = Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(export).Replace("allow", "deny", StringComparison.Ordinal)
        );
        Assert.NotEqual(export, forged);
        await DropAsync(page, forged);
        await Verdict(page, "invalid").WaitForAsync();

        // A receipt.
        var decision = await stack.Registry.Checks.CheckAsync(
            new Check(creator, "any", "remix") { Receipt = true },
            Cancellation
        );
        await DropAsync(page, Encoding.UTF8.GetBytes(decision.Receipt!));
        await Verdict(page, "valid").WaitForAsync();
        await page.Context.CloseAsync();
    }

    private static ILocator Verdict(IPage page, string word) =>
        page.Locator($"[data-verify-summary][data-verdict={word}]");

    // As a hand drops it.
    private static async Task DropAsync(IPage page, byte[] file)
    {
        var dropped = await page.EvaluateHandleAsync(
            """
            text => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([text], 'file.txt'));
              return transfer;
            }
            """,
            Encoding.UTF8.GetString(file)
        );
        await page.DispatchEventAsync("[data-verify-drop]", "drop", new { dataTransfer = dropped });
    }

    // The log has an event about a second after it counts.
    private async Task ProofOfNewestAsync(string creator)
    {
        while (true)
        {
            var newest = await stack
                .Registry.History.ListAsync(creator, cancellation: Cancellation)
                .FirstAsync(Cancellation);
            try
            {
                if (newest.Sequenced)
                {
                    await stack.Registry.History.GetProofAsync(newest.EventId, Cancellation);
                    return;
                }
            }
            catch (ConsentRegistryException e) when (e.Status == System.Net.HttpStatusCode.NotFound) { }
            await Task.Delay(TimeSpan.FromMilliseconds(50), Cancellation);
        }
    }
}
