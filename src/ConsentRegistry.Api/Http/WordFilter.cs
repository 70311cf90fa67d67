using System.Reflection;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Http;

/// <summary>A query parameter that takes one of the words for <typeparamref name="T"/>.</summary>
public sealed class WordFilter<T> : IBound
    where T : struct, Enum
{
    private WordFilter(T? value, Problem? problem) => (Value, Problem) = (value, problem);

    public Problem? Problem { get; }

    /// <summary>The value; null if the request names none.</summary>
    public T? Value { get; }

    public static ValueTask<WordFilter<T>> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        if (http.Request.Query[parameter.Name!] is not [{ } word])
            return ValueTask.FromResult(new WordFilter<T>(null, null));
        return ValueTask.FromResult(
            Wording.TryParse<T>(word, out var value)
                ? new WordFilter<T>(value, null)
                : new WordFilter<T>(
                    null,
                    Problem.OfField(
                        422,
                        FailureCode.Invalid,
                        parameter.Name!,
                        ValidationRules.NotAWord<T>(parameter.Name!, Characters.Quote(word))
                    )
                )
        );
    }
}
