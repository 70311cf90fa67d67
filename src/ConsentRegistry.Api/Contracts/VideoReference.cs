using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Contracts;

/// <summary>A video by its owner and the owner's name for it, as a request names it.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
[SameSchemaAs(typeof(VideoName))]
public sealed record VideoReference([property: Required] string? CreatorId, [property: Required] string? VideoId);
