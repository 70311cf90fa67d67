using System.Reflection;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Http;

/// <summary>The query parameter <c>state</c>: one of the words for <typeparamref name="T"/>.</summary>
public sealed class Chosen<T> : IBound
    where T : struct, Enum
{
    private Chosen(T? value, Problem? problem) => (Value, Problem) = (value, problem);

    public Problem? Problem { get; }

    /// <summary>The value; null if the request names none.</summary>
    public T? Value { get; }

    public static ValueTask<Chosen<T>> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        if (http.Request.Query["state"] is not [{ } word])
            return ValueTask.FromResult(new Chosen<T>(null, null));
        return ValueTask.FromResult(Wording.TryParse<T>(word, out var value)
            ? new Chosen<T>(value, null)
            : new Chosen<T>(null, Problem.Of(422, FailureCode.Invalid, "state", Rules.NotAWord<T>("state", Characters.Quote(word)))));
    }
}
