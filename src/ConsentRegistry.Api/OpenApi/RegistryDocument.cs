using ConsentRegistry.Domain;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>The OpenAPI document at <c>/swagger/v1/swagger.json</c> and its page at <c>/swagger</c>.</summary>
/// <remarks>
/// Version 3.1 of OpenAPI, because it lets an operation name the scopes of a bearer token, and a reference be nullable
/// and described.
/// </remarks>
internal static class RegistryDocument
{
    public static void AddRegistryOpenApi(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSingleton<XmlDocs>();
        services.AddSingleton(_ => ExampleScenario.Read());
        services.AddSingleton(provider => new PublishedDocument(() => WriteAsync(provider, CancellationToken.None)));
        services.AddSwaggerGen(swagger =>
        {
            swagger.SwaggerDoc(PublishedDocument.Name, Introduction.Info);
            swagger.AddServer(new() { Url = "/", Description = "The service that serves this document." });
            swagger.MapType<Instant>(() => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" });
            swagger.SupportNonNullableReferenceTypes();
            swagger.CustomSchemaIds(SchemaNames.For);
            swagger.SchemaFilter<WordSchemas>();
            swagger.SchemaFilter<RecordSchemas>();
            swagger.OperationFilter<OperationFilter>();
            // What features alter in the document that no route and no record can say. Found by scanning, so that none
            // is forgotten.
            foreach (
                var filter in typeof(RegistryDocument)
                    .Assembly.GetTypes()
                    .Where(type => type.IsAssignableTo(typeof(IDocumentFilter)) && type != typeof(SharedParts))
            )
                swagger.DocumentFilterDescriptors.Add(new() { Type = filter, Arguments = [] });
            swagger.DocumentFilter<SharedParts>();
        });
    }

    /// <summary>Where the page is, below wherever the service is.</summary>
    public const string Page = "swagger/index.html";

    public static void UseRegistryOpenApi(this WebApplication app)
    {
        app.Use(ShowPageAtRoot);
        app.Use(ServeAsync);
        app.UseSwaggerUI(page =>
        {
            page.DocumentTitle = Introduction.Title;
            page.SwaggerEndpoint($"{PublishedDocument.Name}/swagger.json", Introduction.Title);
            page.EnableDeepLinking();
            page.DisplayOperationId();
            page.DisplayRequestDuration();
            // The schemas at the end of the page are for looking up, and start folded.
            page.DefaultModelsExpandDepth(0);
        });
    }

    // Whoever opens the service's address in a browser wants to know what it offers. Relative, since a proxy may have
    // put the service below a path.
    private static Task ShowPageAtRoot(HttpContext http, RequestDelegate next)
    {
        if (
            http.Request.Path != "/"
            || (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        )
            return next(http);
        http.Response.StatusCode = StatusCodes.Status302Found;
        http.Response.Headers.Location = Page;
        return Task.CompletedTask;
    }

    /// <summary>The document of a host that need not be started, as the repository keeps it.</summary>
    public static async Task<string> WriteAsync(WebApplication app, CancellationToken cancellation)
    {
        // A host that serves does this when it starts: only then are the operations known.
        app.UseEndpoints(_ => { });
        return await WriteAsync(app.Services, cancellation);
    }

    private static async Task<string> WriteAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var document = await services
            .GetRequiredService<IAsyncSwaggerProvider>()
            .GetSwaggerAsync(PublishedDocument.Name, host: null, basePath: null);
        var json = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellation);
        return json.ReplaceLineEndings("\n") + "\n";
    }

    private static Task ServeAsync(HttpContext http, RequestDelegate next)
    {
        var isAsked =
            http.Request.Path == PublishedDocument.Path
            && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method));
        return isAsked ? http.RequestServices.GetRequiredService<PublishedDocument>().AnswerAsync(http) : next(http);
    }
}
