using System.Net;
using System.Reflection;
using System.Text.Json.Nodes;
using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>The client makes an idempotency key for each operation of the contract that takes one, and for no other.</summary>
public sealed class ClientKeysTests : IDisposable
{
    private const string Me = "ana";

    /// <summary>Operations that take a key and that the client does not have.</summary>
    private static readonly string[] Missing = ["eraseCreator"];

    private readonly Recorder sent = new();
    private readonly HttpClient http;

    public ClientKeysTests() =>
        http = new(new RetryHandler(TimeSpan.FromMinutes(1), sent)) { BaseAddress = new("http://registry.invalid") };

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task A_key_is_sent_with_the_operations_of_the_contract_that_take_one_and_no_others()
    {
        var operations = Operations();
        var client = new ConsentRegistryClient(http);

        foreach (var part in typeof(ConsentRegistryClient).GetProperties())
        foreach (
            var method in part.PropertyType.GetMethods(
                BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly
            )
        )
        {
            // Somebody's own video and somebody else's are two operations. Lists read, and are left out.
            foreach (var owner in (string[])[Me, "ben"])
            {
                if (
                    method.Invoke(part.GetValue(client), [.. method.GetParameters().Select(one => Sample(one, owner))])
                    is Task call
                )
                    await Assert.ThrowsAsync<ConsentRegistryException>(() => call);
            }
        }

        var called = sent.Requests.Select(request => (Operation: Find(operations, request), request.HasKey)).ToList();
        Assert.All(called, one => Assert.True(one.Operation.TakesKey == one.HasKey, one.Operation.Id));
        Assert.Equal(
            operations.Where(one => one.TakesKey).Select(one => one.Id).Except(Missing).Order(StringComparer.Ordinal),
            called
                .Where(one => one.HasKey)
                .Select(one => one.Operation.Id)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
        );
        Assert.Contains(called, one => one.Operation.Id == "createWebhook");
    }

    private static object? Sample(ParameterInfo parameter, string owner) =>
        parameter.HasDefaultValue ? null
        : parameter.ParameterType == typeof(string) ? Me
        : parameter.ParameterType == typeof(Guid) ? Guid.NewGuid()
        : parameter.ParameterType == typeof(VideoName) ? new VideoName(owner, "first")
        : parameter.ParameterType == typeof(Choice) ? new Choice(Effect.Deny)
        : parameter.ParameterType is { IsGenericType: true } list
        && list.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? Array.CreateInstance(list.GenericTypeArguments[0], 0)
        : parameter.ParameterType.IsInterface ? Array.Empty<Check>().ToAsyncEnumerable()
        : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType)
        : Make(parameter.ParameterType, owner);

    private static object Make(Type type, string owner)
    {
        var constructor = type.GetConstructors().MinBy(one => one.GetParameters().Length)!;
        return constructor.Invoke([.. constructor.GetParameters().Select(one => Sample(one, owner))]);
    }

    private static Operation Find(IReadOnlyList<Operation> operations, Request request)
    {
        var segments = request.Path.Split('/');
        return operations
                .Where(one =>
                    one.Method == request.Method
                    && one.Segments.Length == segments.Length
                    && one.Segments.Zip(segments).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second)
                )
                .MinBy(one => one.Segments.Count(segment => segment.StartsWith('{')))
            ?? throw new InvalidOperationException($"The contract has no {request.Method} {request.Path}.");
    }

    private static List<Operation> Operations() =>
        [
            .. from path in JsonNode.Parse(Documented.Text("docs/openapi.json"))!["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            where operation.Value?["operationId"] is not null
            select new Operation(
                operation.Key.ToUpperInvariant(),
                path.Key.Split('/'),
                (string)operation.Value!["operationId"]!,
                operation
                    .Value["parameters"]
                    ?.AsArray()
                    .Any(one => ((string?)one!["$ref"])?.EndsWith("/IdempotencyKey", StringComparison.Ordinal) == true)
                    == true
            ),
        ];

    private sealed record Operation(string Method, string[] Segments, string Id, bool TakesKey);

    private sealed record Request(string Method, string Path, bool HasKey);

    private sealed class Recorder : HttpMessageHandler
    {
        public List<Request> Requests { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Requests.Add(
                new(
                    request.Method.Method,
                    request.RequestUri!.AbsolutePath,
                    request.Headers.Contains("Idempotency-Key")
                )
            );
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadRequest));
        }
    }
}
