using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Contracts;

/// <summary>Why one item among many was refused.</summary>
/// <param name="Code">A stable word for programs, as in problem details.</param>
/// <param name="Detail">A sentence for people, the field named.</param>
public sealed record ItemError(string Code, string Detail)
{
    internal static ItemError From(Problem problem) =>
        new(
            problem.Code,
            problem.Errors.IsEmpty ? problem.Detail : string.Join(" ", problem.Errors.SelectMany(field => field.Value))
        );
}
