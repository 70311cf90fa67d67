using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Startup;
using Microsoft.AspNetCore.Builder;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>No body reaches a handler that nobody has validated.</summary>
public sealed class RequireValidatorsTests
{
    private sealed record Unvalidated(string Name);

    [Fact]
    public async Task A_host_with_a_request_that_has_no_validator_does_not_start()
    {
        await using var app = Commands.BuildWithoutDatabase();
        app.MapPost("/v1/unvalidated", (Body<Unvalidated> body) => body.Value.Name);

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            app.StartAsync(TestContext.Current.CancellationToken)
        );

        Assert.Equal(
            "HTTP: POST /v1/unvalidated takes Unvalidated, which has no validator; write an "
                + "AbstractValidator<Unvalidated>.",
            refusal.Message
        );
        Assert.Empty(app.Urls);
    }
}
