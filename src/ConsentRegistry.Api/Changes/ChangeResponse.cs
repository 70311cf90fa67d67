namespace ConsentRegistry.Api.Changes;

/// <summary>What a change answers with.</summary>
/// <param name="Body">The answer's body.</param>
/// <param name="ETag">The settings version for the <c>ETag</c> header, if the answer has one.</param>
/// <param name="Status">The HTTP status.</param>
public sealed record ChangeResponse(ChangeAnswer Body, long? ETag = null, int Status = 200);
