using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// Reads a policy file line by line (C2SP tlog-policy). Names are compared byte by byte, so they are kept as one
/// character for each byte until they are shown.
/// </summary>
internal sealed class WitnessPolicyReader
{
    private const string NoWitness = "none";

    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private readonly IEd25519 ed25519;
    private readonly List<PolicyLog> logs = [];
    private readonly List<PolicyWitness> witnesses = [];
    private readonly Dictionary<string, PolicyMember> defined = new(StringComparer.Ordinal);
    private readonly HashSet<string> grouped = new(StringComparer.Ordinal);
    private PolicyMember? quorum;
    private int groups;

    private WitnessPolicyReader(IEd25519 ed25519) => this.ed25519 = ed25519;

    public static Result<WitnessPolicy> Read(ReadOnlySpan<byte> file, IEd25519 ed25519)
    {
        if (file.Length > WitnessPolicy.MaxBytes)
            return Refuse($"The policy is longer than {WitnessPolicy.MaxBytes} bytes.");
        var reader = new WitnessPolicyReader(ed25519);
        var number = 0;
        foreach (var line in Encoding.Latin1.GetString(file).Split('\n'))
        {
            number++;
            if (reader.Take(line) is { } wrong)
                return Refuse($"Line {number.ToString(CultureInfo.InvariantCulture)}: {wrong}");
        }
        return reader.quorum is { } quorum
            ? new WitnessPolicy(reader.logs, reader.witnesses, quorum)
            : Refuse("The policy has no line 'quorum <name>'.");
    }

    // What is wrong with a line; null if nothing is.
    private string? Take(string line)
    {
        if (line.Any(letter => letter is < ' ' and not '\t' or '\x7f'))
            return "a control character; only tabs are allowed.";
        var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0][0] == '#')
            return null;
        return words[0] switch
        {
            "log" => words.Length is 2 or 3 ? TakeLog(words) : "expected is 'log <key> [<url>]'.",
            "witness" => words.Length is 3 or 4 ? TakeWitness(words) : "expected is 'witness <name> <key> [<url>]'.",
            "group" => words.Length >= 4 ? TakeGroup(words) : "expected is 'group <name> <number|any|all> <name>...'.",
            "quorum" => words.Length == 2 ? TakeQuorum(words[1]) : "expected is 'quorum <name>'.",
            _ => "expected is 'log', 'witness', 'group', 'quorum', or '#' for a comment.",
        };
    }

    private string? TakeLog(string[] words)
    {
        if (!TryReadKey(words[1], NoteKeyType.Ed25519, out var key))
            return "the key is no verifier key of a log (name+id+key, of Ed25519).";
        if (logs.Exists(log => IsSame(log.Key, key)))
            return "the key is that of another log.";
        if (logs.Count == WitnessPolicy.MaxItems)
            return $"at most {WitnessPolicy.MaxItems} logs are read.";
        logs.Add(new(key, words.Length > 2 ? Shown(words[2]) : null));
        return null;
    }

    private string? TakeWitness(string[] words)
    {
        if (FindTaken(words[1]) is { } taken)
            return taken;
        if (!TryReadKey(words[2], NoteKeyType.Cosignature, out var key))
            return "the key is no verifier key of a witness (name+id+key, of Ed25519 cosignatures).";
        if (witnesses.Exists(witness => IsSame(witness.Key, key)))
            return "the key is that of another witness.";
        if (witnesses.Count == WitnessPolicy.MaxItems)
            return $"at most {WitnessPolicy.MaxItems} witnesses are read.";
        var witness = new PolicyWitness(Shown(words[1]), key, words.Length > 3 ? Shown(words[3]) : null);
        witnesses.Add(witness);
        defined.Add(words[1], new PolicyMember.One(witness));
        return null;
    }

    private string? TakeGroup(string[] words)
    {
        if (FindTaken(words[1]) is { } taken)
            return taken;
        if (groups == WitnessPolicy.MaxItems)
            return $"at most {WitnessPolicy.MaxItems} groups are read.";
        var members = new List<PolicyMember>();
        foreach (var name in words[3..])
        {
            if (!defined.TryGetValue(name, out var member))
                return $"'{Shown(name)}' is no witness and no group of a line before.";
            if (!grouped.Add(name))
                return $"'{Shown(name)}' is a member already; a name is a member once.";
            members.Add(member);
        }
        if (!TryReadThreshold(words[2], members.Count, out var threshold))
            return $"'{Shown(words[2])}' is not 'any', 'all' or a number from 1 to {members.Count}.";
        groups++;
        defined.Add(words[1], new PolicyMember.Group(threshold, [.. members]));
        return null;
    }

    private string? TakeQuorum(string name)
    {
        if (quorum is not null)
            return "there is a quorum already.";
        if (name == NoWitness)
            quorum = new PolicyMember.Nobody();
        else if (defined.TryGetValue(name, out var member))
            quorum = member;
        else
            return $"'{Shown(name)}' is no witness and no group of a line before.";
        return null;
    }

    private string? FindTaken(string name) =>
        name == NoWitness ? $"'{NoWitness}' names nobody; choose another name."
        : defined.ContainsKey(name) ? $"'{Shown(name)}' is the name of a line before."
        : null;

    private static bool TryReadThreshold(string word, int members, out int threshold)
    {
        threshold = word switch
        {
            "any" => 1,
            "all" => members,
            _ => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && word == number.ToString(CultureInfo.InvariantCulture)
                ? number
                : 0,
        };
        return threshold >= 1 && threshold <= members;
    }

    private bool TryReadKey(string word, NoteKeyType type, [NotNullWhen(true)] out NoteKey? key)
    {
        key = null;
        try
        {
            return NoteKey.TryParse(StrictUtf8.GetString(Encoding.Latin1.GetBytes(word)), ed25519, out key)
                && key.Type == type;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    // Two names or two ids do not make two keys.
    private static bool IsSame(NoteKey one, NoteKey other) => one.PublicKey.Bytes.SequenceEqual(other.PublicKey.Bytes);

    private static string Shown(string word) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(word));

    private static Failure Refuse(string why) => new(FailureCode.Invalid, why);
}
