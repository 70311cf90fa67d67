using System.Reflection;
using ConsentRegistry.Api.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Routing.Patterns;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>What the code of an operation says of it: its route's conventions, and what its handler takes.</summary>
internal sealed class Route(ApiDescription description, MethodInfo handler)
{
    /// <summary>Reads what an operation says of itself.</summary>
    public static Route From(ApiDescription description) =>
        new(
            description,
            description.TryGetMethodInfo(out var handler)
                ? handler
                : throw new InvalidOperationException($"{description.RelativePath} has no handler.")
        );

    private readonly IList<object> metadata = description.ActionDescriptor.EndpointMetadata;

    public string OperationId => Find<IEndpointNameMetadata>()!.EndpointName;

    /// <summary>The handler, whose class is the operation.</summary>
    public MethodInfo Handler => handler;

    // By the router's own reading: a constraint or a catch-all is no part of a name.
    public IReadOnlyList<string> PathParameters { get; } =
    [.. RoutePatternFactory.Parse(description.RelativePath!).Parameters.Select(parameter => parameter.Name)];

    public IReadOnlyList<QueryParameter> QueryParameters => Find<QueryParameters>()?.All ?? [];

    /// <summary>The problems that only the operation itself knows.</summary>
    public IEnumerable<string> OwnRefusals => metadata.OfType<RefusalCodes>().SelectMany(refusals => refusals.Codes);

    /// <summary>Whether the operation answers without the database.</summary>
    public bool NeedsNoDatabase => Find<WithoutDatabase>() is not null;

    /// <summary>Since when the operation is deprecated, and until when it works; null if it is not.</summary>
    public Deprecation? Deprecation => Find<Deprecation>();

    /// <summary>
    /// Whether the operation can answer with events as they happen, of which a caller says the last one that it has.
    /// </summary>
    public bool StreamsEvents => Successes.Any(success => success.ContentTypes.Contains(EventStreams.MediaType));

    /// <summary>Who may call; null if anybody may.</summary>
    public Access? Access => Find<IAllowAnonymous>() is null ? Find<Access>() : null;

    public bool Alters => Find<ChangeMarker>() is { IsPreview: false };

    /// <summary>Whether the operation shows what a change would do.</summary>
    public bool Previews => Find<ChangeMarker>() is { IsPreview: true };

    /// <summary>
    /// Whether the operation takes conditions on the version of the settings, and so answers with the new one.
    /// </summary>
    public bool TakesPreconditions => Takes(typeof(Preconditions));

    /// <summary>Whether the answer may be that nothing changed.</summary>
    public bool TakesIfNoneMatch => Successes.Any(success => success.StatusCode == StatusCodes.Status304NotModified);

    public Type? Body =>
        Find<ReadsBody>()?.Type
        ?? handler
            .GetParameters()
            .Select(parameter => parameter.ParameterType)
            .FirstOrDefault(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Body<>))
            ?.GenericTypeArguments[0];

    /// <summary>
    /// Whether the operation has a body that is read by this contract's rules: what it does not know is refused.
    /// </summary>
    public bool ReadsStrictly => Body is not null && Find<ReadsBody>() is null;

    /// <summary>
    /// The media type of a body that is lines, each one of them an object of its own; null for any other.
    /// </summary>
    public string? Lines => Find<IAcceptsMetadata>()?.ContentTypes.FirstOrDefault(type => type == JsonLines.MediaType);

    public bool MayOmitBody => Find<EmptyBody>() is not null;

    public bool TakesNoBody => Takes(typeof(NoBody));

    public BodyLimit BodyLimit => Find<BodyLimit>() ?? BodyLimit.Single;

    /// <summary>The answers that refuse nothing.</summary>
    public IEnumerable<IProducesResponseTypeMetadata> Successes =>
        metadata
            .OfType<IProducesResponseTypeMetadata>()
            .Where(answer => answer.StatusCode < 400)
            .OrderBy(answer => answer.StatusCode);

    private T? Find<T>()
        where T : class => metadata.OfType<T>().LastOrDefault();

    private bool Takes(Type type) => handler.GetParameters().Any(parameter => parameter.ParameterType == type);
}
