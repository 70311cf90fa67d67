using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using ConsentRegistry.Api.Tests.Http;
using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Telemetry;

/// <summary>
/// Two nodes as they are delivered, a receiver of OTLP, and Prometheus' endpoint: what an operator sees of changes and
/// checks.
/// </summary>
public sealed class TelemetryTests
{
    private const string Creator = "creator-who-must-not-be-named";

    private const string Traced = "0af7651916cd43dd8448eb211c80319c";

    private const string Untraced = "11111111111111111111111111111111";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_metric_has_a_value_and_a_trace_spans_a_change_from_its_request_to_every_node_and_the_webhook()
    {
        await using var scratch = await Scratch.CreateAsync();
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var issuer = await Issuer.StartAsync(Issuer.NewKey("only"));
        // Of a witness that nobody runs.
        var policy = scratch.PathOf("policy");
        var witness = new NoteKey(
            "nobody",
            NoteKeyType.Cosignature,
            Exports.Ed25519.ImportPrivateKey(new byte[32]).PublicKey
        );
        await File.WriteAllTextAsync(
            policy,
            $"witness nobody {witness} http://127.0.0.1:{LoopbackPort.Free()}/\nquorum nobody\n",
            Cancellation
        );
        string[] management = [$"http://127.0.0.1:{LoopbackPort.Free()}", $"http://127.0.0.1:{LoopbackPort.Free()}"];
        await using var nodes = new Nodes(
            scratch,
            count: 2,
            node =>
                [
                    $"--Management:Address={management[node]}",
                    $"--Log:WitnessPolicyFile={policy}",
                    $"--OTEL_EXPORTER_OTLP_ENDPOINT={otlp.Url}",
                    "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
                    "--OTEL_METRIC_EXPORT_INTERVAL=500",
                    "--OTEL_BSP_SCHEDULE_DELAY=200",
                    "--Serilog:MinimumLevel:Default=Warning",
                    // The second is asked nothing that takes a token, and knows how old its issuer's keys are.
                    .. node == 1 ? [$"--Tokens:Authority={issuer.Address}"] : Array.Empty<string>(),
                ]
        );
        await nodes.StartAsync();
        var parents = new List<string>();
        await using var receiver = await Receiver.StartAsync(
            (_, http) =>
            {
                lock (parents)
                    parents.Add(http.Request.Headers.TraceParent.ToString());
                return Task.CompletedTask;
            }
        );
        await using var gone = await Receiver.StartAsync(410);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", scratch.AdminToken());
        var node = nodes.UrlOf(0);
        foreach (var url in new[] { receiver.Url, gone.Url })
            await SendAsync(
                HttpMethod.Post,
                "/v1/webhooks",
                new
                {
                    audience = "platform",
                    owner = "p",
                    url,
                }
            );

        // A change that its caller traces, and one that is refused.
        await SendAsync(
            HttpMethod.Put,
            $"/v1/creators/{Creator}/consent/defaults/remix",
            new { effect = "allow" },
            $"00-{Traced}-b7ad6b7169203331-01"
        );
        Assert.Equal(
            HttpStatusCode.UnprocessableEntity,
            await StatusOfAsync(
                HttpMethod.Put,
                $"/v1/creators/{Creator}/consent/defaults/remix",
                new { effect = "perhaps" }
            )
        );
        await SendAsync(HttpMethod.Put, $"/v1/creators/{Creator}/videos/v", new { });
        await CheckAsync();
        await Eventually.HoldsAsync(
            "the webhooks were told",
            () => Task.FromResult(receiver.All.Count >= 1 && gone.All.Count >= 1)
        );

        await MetricsAreThereAsync();
        await TraceIsThereAsync();
        await Eventually.HoldsAsync(
            "the collector has the log",
            () =>
                Task.FromResult(
                    otlp.Logs.Any(log => log.Contains("Webhook {Webhook} was disabled", StringComparison.Ordinal))
                )
        );
        Assert.Equal(HttpStatusCode.NotFound, await StatusOfAsync(HttpMethod.Get, "/metrics"));
        using (var other = await http.GetAsync($"{management[0]}/v1/purposes", Cancellation))
            Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        Assert.False(otlp.WasSent(Creator), "What is sent to the collector names a creator.");

        async Task CheckAsync()
        {
            var check = new
            {
                creatorId = Creator,
                videoId = "v",
                purpose = "remix",
                requester = "studio",
            };
            // The short way, of a caller who wants it traced; the long way; and one of a past moment.
            await SendAsync(HttpMethod.Post, "/v1/checks", check, $"00-{Untraced}-b7ad6b7169203331-01");
            await SendAsync(
                HttpMethod.Post,
                "/v1/checks",
                new
                {
                    check.creatorId,
                    check.videoId,
                    check.purpose,
                    check.requester,
                    explain = true,
                }
            );
            var changed = TimeProvider
                .System.GetUtcNow()
                .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
            await SendAsync(
                HttpMethod.Post,
                "/v1/checks",
                new
                {
                    check.creatorId,
                    check.videoId,
                    check.purpose,
                    check.requester,
                    asOf = changed,
                }
            );
            await SendAsync(HttpMethod.Post, "/v1/checks/batch", new { checks = new[] { check, check } });
            await SendAsync(
                HttpMethod.Post,
                "/v1/checks/batch",
                new { checks = new object[] { check, new { check.creatorId } } }
            );
            var line = $$"""{"creatorId":"{{Creator}}","videoId":"v","purpose":"remix","requester":"studio"}""";
            using (
                var lines = new StringContent(
                    $"{line}\n{line}\n{line}\n",
                    Encoding.UTF8,
                    new MediaTypeHeaderValue("application/x-ndjson")
                )
            )
            using (var answer = await http.PostAsync($"{node}/v1/checks/stream", lines, Cancellation))
                Assert.Equal(4, (await answer.Content.ReadAsStringAsync(Cancellation)).Split('\n').Length);
            await SendAsync(
                HttpMethod.Post,
                "/access/v1/evaluation",
                new
                {
                    subject = new { type = "requester", id = "studio" },
                    action = new { name = "remix" },
                    resource = new { type = "video", id = $"{Creator}/v" },
                }
            );
        }

        async Task MetricsAreThereAsync()
        {
            var documented = MetricsDocument.Read();
            IReadOnlyList<Sample> scraped = [];
            await Eventually.HoldsAsync(
                "Prometheus reads every metric",
                async () =>
                {
                    scraped =
                    [
                        .. await Prometheus.ScrapeAsync(http, management[0]),
                        .. await Prometheus.ScrapeAsync(http, management[1]),
                    ];
                    return documented.All(metric => scraped.Any(sample => IsOf(sample, metric)));
                },
                () =>
                    string.Join(
                        ", ",
                        documented
                            .Where(metric => !scraped.Any(sample => IsOf(sample, metric)))
                            .Select(metric => metric.PrometheusName)
                    )
            );
            await Eventually.HoldsAsync(
                "the collector has every metric",
                () =>
                    Task.FromResult(
                        documented.All(metric =>
                            otlp.Metrics.TryGetValue(metric.Name, out var unit) && unit == metric.Unit
                        )
                    )
            );
            foreach (var metric in documented)
            {
                var labels = scraped
                    .Where(sample => IsOf(sample, metric))
                    .SelectMany(sample => sample.Labels.Keys)
                    .Distinct(StringComparer.Ordinal)
                    .Where(label => label != "le" && !label.StartsWith("otel_scope", StringComparison.Ordinal));
                Assert.Equal(
                    metric.Attributes.Select(name => name.Replace('.', '_')).Order(StringComparer.Ordinal),
                    labels.Order(StringComparer.Ordinal)
                );
            }

            Assert.Equal(2, CheckCount("single", "deny", "noConsent"));
            Assert.Equal(3, CheckCount("batch", "deny", "noConsent"));
            Assert.Equal(1, CheckCount("batch", "refused", "none"));
            Assert.Equal(3, CheckCount("stream", "deny", "noConsent"));
            Assert.Equal(1, CheckCount("authZen", "deny", "noConsent"));
            Assert.Equal(1, CheckCount("past", "deny", "noConsent"));
            Assert.Equal(
                1,
                Value(
                    "consent_changes_total",
                    ("consent_change_kind", "setDefault"),
                    ("consent_change_outcome", "made")
                )
            );
            Assert.Equal(1, Value("consent_refusals_total", ("error_type", "invalid")));
            Assert.All(
                ["lock", "plan", "commit", "fence"],
                phase =>
                    Assert.Equal(
                        1,
                        Value(
                            "consent_change_duration_seconds_count",
                            ("consent_change_kind", "setDefault"),
                            ("consent_change_phase", phase)
                        )
                    )
            );
            Assert.Equal(1, Value("consent_webhook_disabled", ("consent_webhook_reason", "gone")));
            Assert.Equal(1, Value("consent_replica_records", ("consent_table", "videos")));
            Assert.InRange(Value("consent_replica_poll_age_seconds"), 0, 60);
            Assert.InRange(Value("consent_log_size"), 2, 100);
            Assert.True(Value("consent_replica_memory_bytes", ("consent_table", "videos")) > 0);
            Assert.Equal(0, Value("consent_log_stopped"));
            // Of the framework, the database's client, the runtime and the process.
            Assert.All(
                [
                    "http_server_request_duration_seconds_count",
                    "kestrel_active_connections",
                    "db_client_connection_count",
                    "dotnet_gc_collections_total",
                    "process_memory_usage_bytes",
                ],
                name => Assert.Contains(scraped, sample => sample.Name == name)
            );
            Assert.Contains(
                scraped,
                sample =>
                    sample.Name == "db_client_connection_count"
                    && sample.Labels["db_client_connection_pool_name"] == "changes"
            );
            Assert.DoesNotContain(
                scraped,
                sample => sample.Labels.Values.Any(value => value.Contains(Creator, StringComparison.Ordinal))
            );

            double CheckCount(string way, string outcome, string reason) =>
                Value(
                    "consent_checks_total",
                    ("consent_check_way", way),
                    ("consent_check_outcome", outcome),
                    ("consent_check_reason", reason)
                );

            // Of the first node, which did everything.
            double Value(string name, params (string Label, string Value)[] labels)
            {
                var found = scraped.FirstOrDefault(sample =>
                    sample.Name == name
                    && labels.All(label => sample.Labels.GetValueOrDefault(label.Label) == label.Value)
                );
                var all = scraped
                    .Where(sample => sample.Name == name)
                    .Select(sample => $"{string.Join(' ', sample.Labels)} {sample.Value}");
                Assert.True(
                    found is not null,
                    $"{name} {string.Join(' ', labels)} is not among {string.Join('\n', all)}"
                );
                return found.Value;
            }
        }

        async Task TraceIsThereAsync()
        {
            ReceivedSpan[] Spans() => [.. otlp.Spans.Where(span => span.Trace == Traced)];
            await Eventually.HoldsAsync(
                "both nodes and the webhook are in the trace",
                () =>
                    Task.FromResult(
                        Spans()
                            .Where(span => span.Name == "apply change")
                            .Select(span => span.Instance)
                            .Distinct(StringComparer.Ordinal)
                            .Count() == 2
                            && Spans().Count(span => span.Name == "deliver notification") == 2
                    )
            );
            var request = Spans()
                .Single(span => span.Name == "PUT /v1/creators/{creatorId}/consent/defaults/{purpose}");
            Assert.Equal("b7ad6b7169203331", request.Parent);
            Assert.All(
                ["plan change", "commit", "wait for every node"],
                name => Assert.Equal(request.Id, Spans().Single(span => span.Name == name).Parent)
            );
            Assert.All(
                Spans().Where(span => span.Name is "apply change" or "deliver notification"),
                span => Assert.Equal(request.Id, span.Parent)
            );
            Assert.Contains(Spans(), span => span.Attributes.ContainsKey("db.query.text"));
            lock (parents)
                Assert.Contains(
                    parents,
                    parent =>
                        Spans()
                            .Any(span => span.Name == "deliver notification" && parent == $"00-{Traced}-{span.Id}-01")
                );
            // Counted, and never traced.
            await Eventually.HoldsAsync(
                "the long way of a check was traced, and what came after it",
                () =>
                    Task.FromResult(
                        otlp.Spans.Any(span => span.Name == "POST /v1/checks/")
                            && otlp.Spans.Any(span => span.Name == "POST /access/v1/evaluation")
                    )
            );
            Assert.DoesNotContain(otlp.Spans, span => span.Trace == Untraced);
            using var export = await http.GetAsync($"{node}/v1/log/export", Cancellation);
            Assert.DoesNotContain(
                Traced,
                await export.Content.ReadAsStringAsync(Cancellation),
                StringComparison.OrdinalIgnoreCase
            );
        }

        async Task<HttpStatusCode> StatusOfAsync(
            HttpMethod method,
            string path,
            object? body = null,
            string? trace = null
        )
        {
            using var request = new HttpRequestMessage(method, node + path)
            {
                Content = body is null ? null : JsonContent.Create(body),
            };
            if (trace is not null)
                request.Headers.Add("traceparent", trace);
            // The length is known, as of what nearly all callers send.
            if (request.Content is not null)
                await request.Content.LoadIntoBufferAsync(Cancellation);
            using var answer = await http.SendAsync(request, Cancellation);
            return answer.StatusCode;
        }

        async Task SendAsync(HttpMethod method, string path, object body, string? trace = null) =>
            Assert.InRange((int)await StatusOfAsync(method, path, body, trace), 200, 299);
    }

    private static bool IsOf(Sample sample, DocumentedMetric metric) =>
        sample.Name == metric.PrometheusName
        || (
            metric.Type == "histogram" && sample.Name.StartsWith($"{metric.PrometheusName}_", StringComparison.Ordinal)
        );
}
