using ConsentRegistry.Console.Languages;

namespace ConsentRegistry.Console.Components;

/// <summary>What is wrong with a field of a form.</summary>
/// <param name="Field">The field's name, which is its id on the page.</param>
/// <param name="Text">A sentence for whoever filled in the form.</param>
public sealed record InvalidField(string Field, string Text)
{
    /// <summary>What is wrong, in the order of the fields.</summary>
    /// <param name="errors">The names of texts by field.</param>
    /// <param name="texts">The texts.</param>
    internal static IReadOnlyList<InvalidField> From(IReadOnlyDictionary<string, string> errors, Texts texts) =>
        [.. errors.Select(error => new InvalidField(error.Key, texts[error.Value]))];
}
