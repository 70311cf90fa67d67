using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Domain.History;

/// <summary>
/// Canonical JSON by RFC 8785, for what the log needs of it: null, booleans, strings, arrays, objects and integers that
/// every JSON reader keeps exact. Anything else is refused.
/// </summary>
public static class CanonicalJson
{
    /// <summary>
    /// The largest integer, and its negative the smallest: 2^53 - 1 (RFC 8785, section 3.2.2.3; RFC 7493, section 2.2).
    /// </summary>
    public const long MaxInteger = 9_007_199_254_740_991;

    /// <summary>The one way to write <paramref name="value"/>, as UTF-8.</summary>
    /// <exception cref="FormatException">
    /// It contains a fraction, an integer beyond <see cref="MaxInteger"/>, or text that is not Unicode.
    /// </exception>
    public static byte[] Encode(JsonNode? value)
    {
        var output = new ArrayBufferWriter<byte>(256);
        try
        {
            Write(value, output);
        }
        catch (InvalidOperationException e)
        {
            // A parsed node reads its text only now, and refuses half a surrogate pair in this way.
            throw new FormatException("Text with half a surrogate pair is not Unicode.", e);
        }
        return output.WrittenSpan.ToArray();
    }

    private static void Write(JsonNode? value, ArrayBufferWriter<byte> output)
    {
        switch (value)
        {
            case null:
                output.Write("null"u8);
                break;
            case JsonObject members:
                Write(members, output);
                break;
            case JsonArray items:
                output.Write("["u8);
                for (var i = 0; i < items.Count; i++)
                {
                    if (i > 0)
                        output.Write(","u8);
                    Write(items[i], output);
                }
                output.Write("]"u8);
                break;
            default:
                WriteScalar((JsonValue)value, output);
                break;
        }
    }

    private static void Write(JsonObject members, ArrayBufferWriter<byte> output)
    {
        output.Write("{"u8);
        var first = true;
        // By UTF-16 code units, which is what ordinal comparison does (RFC 8785, section 3.2.3).
        foreach (var (name, member) in members.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            if (!first)
                output.Write(","u8);
            first = false;
            Write(name, output);
            output.Write(":"u8);
            Write(member, output);
        }
        output.Write("}"u8);
    }

    private static void WriteScalar(JsonValue value, ArrayBufferWriter<byte> output)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.True:
                output.Write("true"u8);
                break;
            case JsonValueKind.False:
                output.Write("false"u8);
                break;
            case JsonValueKind.String:
                Write(value.GetValue<string>(), output);
                break;
            default:
                Write(IntegerOf(value), output);
                break;
        }
    }

    // A number is what it is worth, however it is spelled: 56.0 is the integer 56.
    private static long IntegerOf(JsonValue value)
    {
        if (!value.TryGetValue<long>(out var integer) && !TryGetWhole(value, out integer))
            throw new FormatException("Canonical JSON here has no number but integers.");
        return integer is >= -MaxInteger and <= MaxInteger
            ? integer
            : throw new FormatException($"An integer beyond {MaxInteger} is not exact in every JSON reader.");
    }

    private static bool TryGetWhole(JsonValue value, out long integer)
    {
        integer = 0;
        if (value.TryGetValue<int>(out var small))
        {
            integer = small;
            return true;
        }
        if (!value.TryGetValue<double>(out var number) || !double.IsInteger(number) || Math.Abs(number) > MaxInteger)
            return false;
        integer = (long)number;
        return true;
    }

    private static void Write(long integer, ArrayBufferWriter<byte> output)
    {
        var span = output.GetSpan(20);
        integer.TryFormat(span, out var written, provider: CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private static void Write(string text, ArrayBufferWriter<byte> output)
    {
        output.Write("\""u8);
        foreach (var rune in RunesOf(text))
        {
            var escape = rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\f' => "\\f",
                '\r' => "\\r",
                < 0x20 => $"\\u{rune.Value:x4}",
                _ => null,
            };
            if (escape is not null)
                output.Advance(Encoding.UTF8.GetBytes(escape, output.GetSpan(6)));
            else
                output.Advance(rune.EncodeToUtf8(output.GetSpan(4)));
        }
        output.Write("\""u8);
    }

    private static IEnumerable<Rune> RunesOf(string text)
    {
        for (var at = 0; at < text.Length; )
        {
            if (!Rune.TryGetRuneAt(text, at, out var rune))
                throw new FormatException("Text with half a surrogate pair is not Unicode.");
            yield return rune;
            at += rune.Utf16SequenceLength;
        }
    }
}
