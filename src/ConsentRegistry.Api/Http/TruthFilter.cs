using System.Reflection;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Http;

/// <summary>A query parameter that takes <c>true</c> or <c>false</c>.</summary>
public sealed class TruthFilter : IBound
{
    private TruthFilter(bool? value, Problem? problem) => (Value, Problem) = (value, problem);

    public Problem? Problem { get; }

    /// <summary>The value; null if the request names none.</summary>
    public bool? Value { get; }

    public static ValueTask<TruthFilter> BindAsync(HttpContext http, ParameterInfo parameter) =>
        ValueTask.FromResult(
            http.Request.Query[parameter.Name!] is not [{ } word] ? new TruthFilter(null, null)
            : word is "true" or "false" ? new TruthFilter(word == "true", null)
            : new TruthFilter(
                null,
                Problem.OfField(
                    422,
                    FailureCode.Invalid,
                    parameter.Name!,
                    $"{parameter.Name} is {Characters.Quote(word)}; send true or false."
                )
            )
        );
}
