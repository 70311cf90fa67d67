using System.Reflection;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Http;

/// <summary>The query parameter <c>state</c>: one of the words for <typeparamref name="T"/>.</summary>
public sealed class StateFilter<T> : IBound
    where T : struct, Enum
{
    private StateFilter(T? value, Problem? problem) => (Value, Problem) = (value, problem);

    public Problem? Problem { get; }

    /// <summary>The value; null if the request names none.</summary>
    public T? Value { get; }

    public static ValueTask<StateFilter<T>> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        if (http.Request.Query["state"] is not [{ } word])
            return ValueTask.FromResult(new StateFilter<T>(null, null));
        return ValueTask.FromResult(
            Wording.TryParse<T>(word, out var value)
                ? new StateFilter<T>(value, null)
                : new StateFilter<T>(
                    null,
                    Problem.OfField(
                        422,
                        FailureCode.Invalid,
                        "state",
                        ValidationRules.NotAWord<T>("state", Characters.Quote(word))
                    )
                )
        );
    }
}
