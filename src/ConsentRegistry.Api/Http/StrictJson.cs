using System.Text.Json;
using System.Text.Unicode;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Http;

/// <summary>Reads JSON so that nothing in it is overlooked, and says what and where is wrong.</summary>
internal static class StrictJson
{
    public static bool TryRead<T>(ReadOnlyMemory<byte> utf8, out T? value, out Problem? problem)
        where T : class
    {
        value = null;
        try
        {
            value = JsonSerializer.Deserialize<T>(utf8.Span, Json.Options);
            problem = value is null
                ? Problem.OfField(400, ProblemCode.WrongType, "$", "The body is null; send a JSON object.")
                : null;
        }
        catch (JsonException e)
        {
            problem = Describe<T>(utf8, e);
        }
        return problem is null;
    }

    /// <summary>
    /// Whether every key and text is Unicode. Bytes that are no UTF-8 and half a surrogate pair are not; readers find
    /// out only when they need the text.
    /// </summary>
    /// <exception cref="JsonException">The bytes are no JSON.</exception>
    public static bool IsUnicode(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            return false;
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Json.MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                    _ = reader.GetString();
            }
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    // The reader's own message names types of the implementation; what callers need is the place and what was expected
    // there.
    private static Problem Describe<T>(ReadOnlyMemory<byte> utf8, JsonException e)
    {
        // The root stays "$"; a field is named as in every other refusal, without it.
        var place = e.Path?.StartsWith("$.", StringComparison.Ordinal) == true ? e.Path[2..] : "$";
        var shown = place == "$" ? "The body" : place;
        var position = $"at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
        try
        {
            using var document = JsonDocument.Parse(
                utf8,
                new() { MaxDepth = Json.MaxDepth, AllowDuplicateProperties = true }
            );
        }
        catch (JsonException malformed)
        {
            position = $"at line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}";
            return Problem.OfField(
                400,
                ProblemCode.MalformedJson,
                place,
                $"The body is no well-formed JSON {position}; send one JSON value, at most {Json.MaxDepth} levels deep."
            );
        }
        try
        {
            using var document = JsonDocument.Parse(
                utf8,
                new() { MaxDepth = Json.MaxDepth, AllowDuplicateProperties = false }
            );
        }
        catch (JsonException)
        {
            return Problem.OfField(
                400,
                ProblemCode.DuplicateKey,
                place,
                $"{shown} has a key twice {position}; send each key of an object once."
            );
        }
        catch (InvalidOperationException)
        {
            // Keys are compared as text, which half a surrogate pair is not.
            return Problem.OfField(
                400,
                ProblemCode.MalformedJson,
                place,
                $"A key is no Unicode text {position}; send keys that are."
            );
        }
        var fields = JsonShape.FieldsBeside(typeof(T), e.Path ?? "$");
        var expected = JsonShape.ExpectedAt(typeof(T), e.Path ?? "$");
        return e.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal)
            ? Problem.OfField(
                400,
                ProblemCode.UnknownField,
                place,
                $"{Characters.Quote(place)} is no field of the request {position}; send only {fields}."
            )
            : Problem.OfField(
                400,
                ProblemCode.WrongType,
                place,
                $"{shown} is of a type that does not fit {position}; send {expected}."
            );
    }
}
