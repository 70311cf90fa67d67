namespace ConsentRegistry.Api.Http;

/// <summary>Lines of JSON (NDJSON): each line is one object, and ends with a line feed.</summary>
internal static class JsonLines
{
    public const string MediaType = "application/x-ndjson";
}
