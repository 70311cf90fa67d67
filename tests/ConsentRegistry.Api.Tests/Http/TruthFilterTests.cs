using ConsentRegistry.Api.Tests.OpenApi;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>Query parameters that are true or false, of every operation that has one.</summary>
public sealed class TruthFilterTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    public static TheoryData<string, string, string> Parameters =>
        [
            .. from operation in CommittedDocument.Operations
            from reference in operation.Operation["parameters"]?.AsArray() ?? []
            let parameter = CommittedDocument.Resolve(reference!)
            where (string?)parameter["in"] == "query"
            where (string?)CommittedDocument.Resolve(parameter["schema"]!)["type"] == "boolean"
            select new TheoryDataRow<string, string, string>(
                operation.Method,
                operation.Path,
                (string)parameter["name"]!
            ),
        ];

    [Theory]
    [MemberData(nameof(Parameters))]
    public async Task Every_other_word_is_refused_and_named(string method, string path, string name)
    {
        var url = string.Join('/', path.Split('/').Select(part => part.StartsWith('{') ? "ana" : part));
        foreach (var word in new[] { "yes", "1", "True", "null" })
        {
            var refused = (
                await registry.App.Admin().SendAsync(new HttpMethod(method), $"{url}?{name}={word}", null)
            ).IsProblem(422, "invalid");
            Assert.Equal([name], refused.Fields);
        }
    }
}
