using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// Alterations of receipts, and of the statement in a bundle: every member, without the key that signs them and with
/// it.
/// </summary>
internal sealed class SignedCatalogue(AlteredRegistry registry)
{
    /// <summary>Members of receipts that the log does not bear out, as the threat model says.</summary>
    private static string? OperatorsWord(int receipt, string path) =>
        (receipt, path) switch
        {
            (_, "decisionId") => "the id of a decision is in no log: it leads to the operator's own records",
            // The first receipt is of a deny for everybody.
            (0, "request/requester") => "who asked is in no log, and the decision is that for whoever is named",
            _ => null,
        };

    /// <summary>All of them.</summary>
    public IEnumerable<TextAlteration> All(Kept kept)
    {
        for (var number = 0; number < kept.Receipts.Count; number++)
        {
            var at = number;
            var payload = PayloadOf(kept.Receipts[at]);
            var name = $"receipt {at + 1}";
            foreach (var path in JsonMembers.PathsOf(payload))
            {
                yield return Receipt(at, $"{name}: {path} is another", Means.Files, path, JsonMembers.Altered);
                yield return Receipt(at, $"{name}, signed anew: {path} is another", Means.LogKey, path, Another) with
                {
                    Unfound = OperatorsWord(at, path),
                };
            }
            foreach (var path in new[] { "header", "signature" })
                yield return OnItsWay(at, $"{name}: its {path} is another", path);
            yield return Altered(
                $"{name}, signed anew: it is of the future",
                Means.LogKey,
                at,
                (one, _) => JsonMembers.With(one, "at", _ => "2100-01-01T00:00:00.000000Z")
            );
        }
        foreach (var path in JsonMembers.PathsOf(PayloadOf(StatementOf(kept))))
            yield return Statement(path);
    }

    private TextAlteration Receipt(
        int at,
        string name,
        Means means,
        string path,
        Func<JsonNode, string, Random, JsonNode> alter
    ) => Altered(name, means, at, (payload, random) => alter(payload, path, random));

    // With the key the payload has to be one, and another one: times and names of its kind.
    private static JsonNode Another(JsonNode payload, string path, Random random) =>
        JsonMembers.With(
            payload,
            path,
            old =>
                path switch
                {
                    "at" => "2020-01-01T00:00:00.000000Z",
                    "decision/effect" => (string?)old == "deny" ? "allow" : "deny",
                    "decision/reason" => "creatorDefault" == (string?)old ? "lockdown" : "creatorDefault",
                    "decisionId" => "01890a5d-ac96-774b-bcce-b302099a8057",
                    // Without its grant it is another decision; where nobody has one it is the same, and true.
                    "request/requester" => "somebody",
                    "request/creatorId" => "ben",
                    "request/videoId" => "elsewhere",
                    "request/purpose" => (string?)old == "remix" ? "mining" : "grounding",
                    "log/root" => Base64Url.EncodeToString(MerkleTree.LeafHash("another"u8)),
                    "log/size" => (long)old! - 1,
                    _ when path.StartsWith("versions/", StringComparison.Ordinal) => (long)old! - 1,
                    _ => JsonMembers.Altered(new JsonObject { ["x"] = old?.DeepClone() }, "x", random)[
                        "x"
                    ]!.DeepClone(),
                }
        );

    private TextAlteration Altered(string name, Means means, int at, Func<JsonNode, Random, JsonNode> alter) =>
        new(
            name,
            means,
            Finder.Receipt,
            (kept, random) =>
            {
                var token = kept.Receipts[at];
                var payload = alter(PayloadOf(token), random);
                var altered =
                    means == Means.LogKey
                        ? Jws.Sign(payload.AsObject(), Domain.Log.Receipt.Type, registry.LogKeySet.TokenSigner!)
                        : string.Join('.', token.Split('.')[0], Encode(payload), token.Split('.')[2]);
                return Of(kept, altered);
            }
        );

    private static TextAlteration OnItsWay(int at, string name, string part) =>
        new(
            name,
            Means.Files,
            Finder.Receipt,
            (kept, random) =>
            {
                var parts = kept.Receipts[at].Split('.');
                var which = part == "header" ? 0 : 2;
                var letter = random.Next(parts[which].Length - 4);
                parts[which] =
                    parts[which][..letter] + (parts[which][letter] == 'A' ? 'B' : 'A') + parts[which][(letter + 1)..];
                return Of(kept, string.Join('.', parts));
            }
        );

    private TextAlteration Statement(string path) =>
        new(
            $"bundle, statement signed anew: {path} is another",
            Means.LogKey,
            Finder.Bundle,
            (kept, random) =>
            {
                var text = ExportText.Of(kept.Bundle);
                var at = text.PlacesOf("statement")[0];
                var payload = JsonMembers.Altered(PayloadOf((string)text[at]["jws"]!), path, random);
                var token = Jws.Sign(payload.AsObject(), "consent-stream+jws", registry.LogKeySet.TokenSigner!);
                return new(
                    text.With(at, new JsonObject { ["jws"] = token, ["kind"] = "statement" }).Sealed(),
                    kept.Auditor
                );
            }
        );

    private static Shown Of(Kept kept, string receipt) =>
        new(
            kept.Export,
            new()
            {
                PinnedSet = kept.KeySet,
                Receipts = [receipt],
                Now = Domain.Instant.From(TimeProvider.System.GetUtcNow().UtcDateTime),
            }
        );

    private static string StatementOf(Kept kept)
    {
        var text = ExportText.Of(kept.Bundle);
        return (string)text[text.PlacesOf("statement")[0]]["jws"]!;
    }

    private static JsonNode PayloadOf(string token) => JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;

    private static string Encode(JsonNode payload) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(ExportText.TextOf(payload)));
}
