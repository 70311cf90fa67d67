using System.Diagnostics.CodeAnalysis;

namespace ConsentRegistry.Domain;

/// <summary>Why an operation was refused: an expected outcome, not a bug.</summary>
/// <param name="Code">A stable word for programs; see <see cref="FailureCode"/>.</param>
/// <param name="Detail">A sentence for people. It names nobody but the caller's own input.</param>
/// <param name="Field">
/// The part of the request that is at fault, where there is one, as a JSON path such as <c>changes[3].effect</c>.
/// </param>
public sealed record Failure(string Code, string Detail, string? Field = null)
{
    /// <summary>Further refused items of the same request.</summary>
    public IReadOnlyList<Failure> Further { get; init; } = [];

    /// <summary>The same refusal, of a field inside <paramref name="parent"/>.</summary>
    public Failure Inside(string parent) => this with { Field = Field is null ? parent : $"{parent}.{Field}" };
}

/// <summary>The stable codes of refusals that the rules themselves know.</summary>
public static class FailureCode
{
    /// <summary>A value is not one that the registry accepts.</summary>
    public const string Invalid = "invalid";

    /// <summary>A purpose is not in the vocabulary.</summary>
    public const string UnknownPurpose = "unknownPurpose";

    /// <summary>More items than a named limit.</summary>
    public const string TooMany = "tooMany";

    /// <summary>A fact about a video would change in the incautious direction.</summary>
    public const string WouldWiden = "wouldWiden";

    /// <summary>The purpose is registered already, and otherwise.</summary>
    public const string PurposeExists = "purposeExists";

    /// <summary>
    /// The creator was erased: nothing can be changed for them any more, and nothing of their past can be read.
    /// </summary>
    public const string CreatorErased = "creatorErased";

    /// <summary>Approval is asked for where the answer is not ask.</summary>
    public const string NotAsked = "notAsked";

    /// <summary>The same is asked for already, and not answered yet.</summary>
    public const string AlreadyAsked = "alreadyAsked";

    /// <summary>A creator refused the same not long ago.</summary>
    public const string RefusedBefore = "refusedBefore";

    /// <summary>A creator does not want to be asked by this requester, or cannot be asked any more for now.</summary>
    public const string AskingBlocked = "askingBlocked";

    /// <summary>A request was answered or withdrawn, or its time is over.</summary>
    public const string NotOpen = "notOpen";

    /// <summary>There is nothing of that name that the caller could see.</summary>
    public const string NotFound = "notFound";

    /// <summary>The caller may not speak for an identifier that it adds to a video.</summary>
    public const string IdentifierNotYours = "identifierNotYours";

    /// <summary>
    /// The caller may not do this, or not for this creator; the same whether or not what was named exists.
    /// </summary>
    public const string Forbidden = "forbidden";
}

/// <summary>What an operation gave, or why it was refused.</summary>
public readonly struct Result<T>
{
    private readonly T? value;

    private Result(T? value, Failure? failure) => (this.value, Failure) = (value, failure);

    /// <summary>Why it was refused; null if it was not.</summary>
    public Failure? Failure { get; }

    /// <summary>Whether there is a value, and otherwise a failure.</summary>
    public bool Succeeded([NotNullWhen(true)] out T? result, [NotNullWhen(false)] out Failure? failure)
    {
        (result, failure) = (value, Failure);
        return failure is null;
    }

    internal static Result<T> Success(T value) => new(value, null);

    /// <summary>The value of an operation that cannot have been refused.</summary>
    /// <exception cref="InvalidOperationException">It was refused after all.</exception>
    public T Value =>
        Failure is null ? value! : throw new InvalidOperationException($"{Failure.Code}: {Failure.Detail}");

    /// <summary>A success.</summary>
    public static implicit operator Result<T>(T value) => Success(value);

    /// <summary>A refusal.</summary>
    public static implicit operator Result<T>(Failure failure) => new(default, failure);
}

/// <summary>Makes results where the type has to be said.</summary>
public static class Result
{
    /// <summary>A success, also of an interface type.</summary>
    public static Result<T> Success<T>(T value) => Result<T>.Success(value);
}
