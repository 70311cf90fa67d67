using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>
/// Reads dictionaries of structured fields (RFC 9651, section 4.2.2). A value that is no token is kept as null: no
/// format here has another. Parameters are read and forgotten.
/// </summary>
internal ref struct StructuredDictionary
{
    private const int MaxDigits = 15;

    private readonly ReadOnlySpan<char> text;
    private int at;

    private StructuredDictionary(ReadOnlySpan<char> text) => this.text = text;

    /// <summary>Reads a dictionary; false if the text is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="members">The token of each member; null of another value. Of a name twice, the last counts.</param>
    /// <param name="wrongAt">Where it is none, from 0.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text,
        [NotNullWhen(true)] out Dictionary<string, string?>? members,
        out int wrongAt
    )
    {
        var reader = new StructuredDictionary(text);
        var read = new Dictionary<string, string?>(StringComparer.Ordinal);
        var isGood = reader.TryRead(read);
        (members, wrongAt) = (isGood ? read : null, reader.at);
        return isGood;
    }

    private readonly char Next => at < text.Length ? text[at] : '\0';

    private readonly bool IsOver => at >= text.Length;

    private bool TryRead(Dictionary<string, string?> members)
    {
        Skip(" ");
        while (!IsOver)
        {
            if (!TryReadKey(out var key))
                return false;
            string? token = null;
            if (Take('='))
            {
                if (!(Next == '(' ? TryReadInnerList() : TryReadItem(out token)))
                    return false;
            }
            else if (!TryReadParameters())
            {
                return false;
            }
            members[key] = token;
            Skip(" \t");
            if (IsOver)
                return true;
            if (!Take(','))
                return false;
            Skip(" \t");
            if (IsOver)
                return false;
        }
        return true;
    }

    private bool TryReadInnerList()
    {
        at++;
        while (!IsOver)
        {
            Skip(" ");
            if (Take(')'))
                return TryReadParameters();
            if (!TryReadItem(out _) || Next is not (' ' or ')'))
                return false;
        }
        return false;
    }

    private bool TryReadItem(out string? token) => TryReadBareItem(out token) && TryReadParameters();

    private bool TryReadParameters()
    {
        while (Take(';'))
        {
            Skip(" ");
            if (!TryReadKey(out _) || (Take('=') && !TryReadBareItem(out _)))
                return false;
        }
        return true;
    }

    private bool TryReadKey(out string key)
    {
        var start = at;
        if (char.IsAsciiLetterLower(Next) || Next == '*')
        {
            do at++;
            while (char.IsAsciiLetterLower(Next) || char.IsAsciiDigit(Next) || Next is '_' or '-' or '.' or '*');
        }
        key = text[start..at].ToString();
        return at > start;
    }

    private bool TryReadBareItem(out string? token)
    {
        token = null;
        var next = Next;
        if (char.IsAsciiLetter(next) || next == '*')
        {
            var start = at;
            while (char.IsAsciiLetterOrDigit(Next) || (!IsOver && "!#$%&'*+-.^_`|~:/".Contains(Next)))
                at++;
            token = text[start..at].ToString();
            return true;
        }
        return next switch
        {
            '-' or (>= '0' and <= '9') => TryReadNumber(isInteger: false),
            '"' => TryReadQuoted(),
            ':' => TryReadBytes(),
            '?' => TryReadBoolean(),
            '@' => Take('@') && TryReadNumber(isInteger: true),
            '%' => Take('%') && TryReadDisplayString(),
            _ => false,
        };
    }

    private bool TryReadNumber(bool isInteger)
    {
        Take('-');
        var digits = CountDigits();
        if (digits == 0 || digits > MaxDigits)
            return false;
        if (Next != '.')
            return true;
        const int mostBefore = 12;
        const int mostAfter = 3;
        if (isInteger || digits > mostBefore)
            return false;
        at++;
        return CountDigits() is > 0 and <= mostAfter;
    }

    private int CountDigits()
    {
        var start = at;
        while (char.IsAsciiDigit(Next))
            at++;
        return at - start;
    }

    private bool TryReadQuoted()
    {
        at++;
        while (!IsOver)
        {
            var one = text[at];
            if (one is < ' ' or > '~')
                return false;
            at++;
            if (one == '"')
                return true;
            if (one == '\\' && !(Take('"') || Take('\\')))
                return false;
        }
        return false;
    }

    private bool TryReadBytes()
    {
        at++;
        while (char.IsAsciiLetterOrDigit(Next) || Next is '+' or '/')
            at++;
        while (Next == '=')
            at++;
        return Take(':');
    }

    private bool TryReadBoolean()
    {
        at++;
        return Take('0') || Take('1');
    }

    // Its bytes are UTF-8, where they are encoded.
    private bool TryReadDisplayString()
    {
        if (!Take('"'))
            return false;
        var bytes = new List<byte>();
        while (!IsOver)
        {
            var one = text[at];
            if (one is < ' ' or > '~')
                return false;
            at++;
            if (one == '"')
                return Utf8.IsValid(bytes.ToArray());
            if (one != '%')
                bytes.Add((byte)one);
            else if (TryTakeHex(out var high) && TryTakeHex(out var low))
                bytes.Add((byte)((high << 4) | low));
            else
                return false;
        }
        return false;
    }

    private bool TryTakeHex(out int digit)
    {
        digit = char.IsAsciiHexDigitLower(Next) ? Convert.ToInt32(Next.ToString(), 16) : -1;
        if (digit >= 0)
            at++;
        return digit >= 0;
    }

    private bool Take(char one)
    {
        if (IsOver || text[at] != one)
            return false;
        at++;
        return true;
    }

    private void Skip(string some)
    {
        while (!IsOver && some.Contains(text[at], StringComparison.Ordinal))
            at++;
    }
}
