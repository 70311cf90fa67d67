using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.OpenApi;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace ConsentRegistry.Api.Features.AuthZen;

/// <summary>
/// The context of an AuthZEN answer holds what a check answers, without <c>allowed</c>, or an error: its effect alone
/// is always there.
/// </summary>
internal sealed class EvaluationContextSchema : IDocumentFilter
{
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        var schemas = swaggerDoc.Components!.Schemas!;
        var answer = (OpenApiSchema)schemas[SchemaNames.For(typeof(EvaluationContext))];
        foreach (
            var (name, schema) in schemas[SchemaNames.For(typeof(DecisionBody))]
                .Properties!.Where(property => property.Key != "allowed")
        )
            answer.Properties![name] = schema;
        answer.Required = new HashSet<string>(StringComparer.Ordinal) { "effect" };
    }
}
