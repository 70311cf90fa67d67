using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>
/// What a request may not say, as data: each is refused with a stable code and the place that is at fault, and changes
/// nothing.
/// </summary>
public sealed class BadInputTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const string Default = "PUT /v1/creators/{c}/consent/defaults/remix";
    private const string Override = "PUT /v1/creators/{c}/videos/v/consent/remix";
    private const string Appearance = "PUT /v1/creators/{c}/appearances/{o}/shared/consent/remix";
    private const string Bulk = "POST /v1/creators/{c}/consent/changes";
    private const string Lockdown = "PUT /v1/creators/{c}/lockdown";
    private const string Hold = "PUT /v1/creators/{c}/hold";
    private const string Video = "PUT /v1/creators/{c}/videos/fresh";
    private const string Videos = "POST /v1/videos/batch";
    private const string Check = "POST /v1/checks";
    private const string Batch = "POST /v1/checks/batch";
    private const string Purposes = "POST /v1/purposes";

    private RegistryApplication App => registry.App;

    public static TheoryData<string, string, string, int, string, string> Malformed() =>
        new()
        {
            { "no body", Default, "", 400, "malformedJson", "$" },
            { "a body that ends early", Default, """{"effect":"deny" """, 400, "malformedJson", "$" },
            { "a body without quotes", Default, """{effect:"deny"}""", 400, "malformedJson", "$" },
            { "a trailing comma", Default, """{"effect":"deny",}""", 400, "malformedJson", "$" },
            { "a comment", Default, """{"effect":"deny"/* all */}""", 400, "malformedJson", "$" },
            { "single quotes", Default, "{'effect':'deny'}", 400, "malformedJson", "$" },
            { "a second value after the first", Default, """{"effect":"deny"}{}""", 400, "malformedJson", "$" },
            { "text after the value", Default, """{"effect":"deny"} x""", 400, "malformedJson", "$" },
            { "nesting without end", Check, new string('[', 5_000), 400, "malformedJson", "*" },
            {
                "deep nesting in a field",
                Default,
                """{"conditions":""" + new string('[', 40) + new string(']', 40) + "}",
                400,
                "malformedJson",
                "*"
            },
            { "null as the body", Default, "null", 400, "wrongType", "$" },
            { "a list as the body", Default, "[]", 400, "wrongType", "$" },
            { "a text as the body", Default, "\"deny\"", 400, "wrongType", "$" },
            { "an unknown field", Default, """{"effect":"deny","apliesTo":"all"}""", 400, "unknownField", "apliesTo" },
            { "a field in another case", Default, """{"Effect":"deny"}""", 400, "unknownField", "Effect" },
            {
                "a field of another operation",
                Override,
                """{"effect":"allow","appliesTo":"all"}""",
                400,
                "unknownField",
                "appliesTo"
            },
            {
                "an unknown field of an item",
                Bulk,
                """{"changes":[{"op":"setDefault","purpose":"remix","effect":"deny","efect":"deny"}]}""",
                400,
                "unknownField",
                "changes[0].efect"
            },
            {
                "an unknown field of a participant",
                Video,
                """{"participants":[{"creatorId":"a","role":"depicted","face":true}]}""",
                400,
                "unknownField",
                "participants[0].face"
            },
            {
                "an unknown field of a check's defaults",
                Batch,
                """{"defaults":{"videoId":"v"},"checks":[{}]}""",
                400,
                "unknownField",
                "defaults.videoId"
            },
            {
                "a key that stands twice",
                Default,
                """{"effect":"deny","effect":"allow"}""",
                400,
                "duplicateKey",
                "effect"
            },
            {
                "a key that stands twice, once escaped",
                Default,
                """{"effect":"deny","\u0065ffect":"allow"}""",
                400,
                "duplicateKey",
                "effect"
            },
            {
                "a key of an item that stands twice",
                Bulk,
                """{"changes":[{"op":"setDefault","op":"setDefault","purpose":"remix","effect":"deny"}]}""",
                400,
                "duplicateKey",
                "changes[0].op"
            },
            {
                "a key of minVersions that stands twice",
                Check,
                """{"creatorId":"a","videoId":"v","purpose":"remix","minVersions":{"a":1,"a":2}}""",
                400,
                "duplicateKey",
                "*"
            },
            { "a number for an effect", Default, """{"effect":3}""", 400, "wrongType", "effect" },
            { "a list for an effect", Default, """{"effect":["deny"]}""", 400, "wrongType", "effect" },
            {
                "a text for conditions",
                Default,
                """{"effect":"allow","conditions":"attribution"}""",
                400,
                "wrongType",
                "conditions"
            },
            {
                "a text for a truth value",
                Default,
                """{"effect":"deny","clearExceptions":"true"}""",
                400,
                "wrongType",
                "clearExceptions"
            },
            {
                "a number for a truth value",
                Bulk,
                """{"changes":[{"op":"clearDefault","purpose":"remix"}],"dryRun":1}""",
                400,
                "wrongType",
                "dryRun"
            },
            {
                "a text for a number",
                Default,
                """{"effect":"deny","vocabularyVersion":"1"}""",
                400,
                "wrongType",
                "vocabularyVersion"
            },
            {
                "a fraction for a whole number",
                Default,
                """{"effect":"deny","vocabularyVersion":1.5}""",
                400,
                "wrongType",
                "vocabularyVersion"
            },
            {
                "a number that is too large",
                Default,
                """{"effect":"deny","vocabularyVersion":2147483648}""",
                400,
                "wrongType",
                "vocabularyVersion"
            },
            {
                "a number beyond all bounds",
                Check,
                """{"creatorId":"a","videoId":"v","purpose":"remix","maxStalenessMs":1e999}""",
                400,
                "wrongType",
                "maxStalenessMs"
            },
            { "a number for a purpose", Lockdown, """{"purposes":[1]}""", 400, "wrongType", "purposes[0]" },
            { "an object for a list", Videos, """{"videos":{}}""", 400, "wrongType", "videos" },
            {
                "a text for a version",
                Check,
                """{"creatorId":"a","videoId":"v","purpose":"remix","minVersions":{"a":"1"}}""",
                400,
                "wrongType",
                "*"
            },
            {
                "null for a version",
                Check,
                """{"creatorId":"a","videoId":"v","purpose":"remix","minVersions":{"a":null}}""",
                400,
                "wrongType",
                "*"
            },
            {
                "half a surrogate pair in a field",
                Default,
                """{"effect":"deny","reason":"\ud800"}""",
                400,
                "wrongType",
                "reason"
            },
            {
                "half a surrogate pair in a key",
                Default,
                """{"effect":"deny","\ud800":1}""",
                400,
                "malformedJson",
                "*"
            },
            {
                "half a surrogate pair in a key of minVersions",
                Check,
                """{"creatorId":"a","videoId":"v","purpose":"remix","minVersions":{"\udfff":1}}""",
                400,
                "malformedJson",
                "*"
            },
            { "a body where none is taken", "DELETE /v1/creators/{c}/lockdown", "{}", 400, "unexpectedBody", "" },
            {
                "a body where a setting is cleared",
                "DELETE /v1/creators/{c}/consent/defaults/remix",
                """{"requester":"acme"}""",
                400,
                "unexpectedBody",
                ""
            },
            {
                "an unknown query parameter",
                "PUT /v1/creators/{c}/consent/defaults/remix?requestor=acme",
                """{"effect":"allow"}""",
                400,
                "unknownParameter",
                "requestor"
            },
            {
                "a query parameter in another case",
                "PUT /v1/creators/{c}/consent/defaults/remix?Requester=acme",
                """{"effect":"allow"}""",
                400,
                "unknownParameter",
                "Requester"
            },
            {
                "a query parameter that stands twice",
                "PUT /v1/creators/{c}/consent/defaults/remix?requester=acme&requester=beta",
                """{"effect":"allow"}""",
                400,
                "repeatedParameter",
                "requester"
            },
            {
                "the same query parameter twice",
                "GET /v1/creators/{c}/videos?limit=5&limit=5",
                "",
                400,
                "repeatedParameter",
                "limit"
            },
            {
                "an empty requester",
                "PUT /v1/creators/{c}/consent/defaults/remix?requester=",
                """{"effect":"allow"}""",
                400,
                "emptyParameter",
                "requester"
            },
            {
                "a requester without a value",
                "DELETE /v1/creators/{c}/videos/v/consent/remix?requester",
                "",
                400,
                "emptyParameter",
                "requester"
            },
            {
                "an empty requester of a list",
                "GET /v1/creators/{c}/videos?requester=",
                "",
                400,
                "emptyParameter",
                "requester"
            },
            {
                "a query parameter where none is known",
                "GET /v1/creators/{c}/consent?at=2026-01-01T00:00:00Z",
                "",
                400,
                "unknownParameter",
                "at"
            },
            {
                "a query parameter of a check",
                "POST /v1/checks?explain=true",
                """{"creatorId":"a","videoId":"v","purpose":"remix"}""",
                400,
                "unknownParameter",
                "explain"
            },
        };

    public static TheoryData<string, string, string, string, string[]> Invalid() =>
        new()
        {
            { "a creator's id with a space", "GET /v1/creators/a%20b/consent", "", "invalid", ["creatorId"] },
            { "a creator's id with a slash", "GET /v1/creators/a%2Fb/consent", "", "invalid", ["creatorId"] },
            { "a creator's id that is encoded twice", "GET /v1/creators/a%2541/consent", "", "invalid", ["creatorId"] },
            { "a creator's id beyond ASCII", "GET /v1/creators/%C3%A9/consent", "", "invalid", ["creatorId"] },
            {
                "the name of the vocabulary's stream as a creator",
                "GET /v1/creators/$vocabulary/consent",
                "",
                "invalid",
                ["creatorId"]
            },
            { "a creator's id with a NUL", "GET /v1/creators/a%01/consent", "", "invalid", ["creatorId"] },
            {
                "a creator's id of 129 characters",
                "GET /v1/creators/" + new string('a', 129) + "/consent",
                "",
                "invalid",
                ["creatorId"]
            },
            { "a video's id with a star", "GET /v1/creators/{c}/videos/*/consent", "", "invalid", ["videoId"] },
            {
                "an owner's id with a plus",
                "PUT /v1/creators/{c}/appearances/a+b/v/consent/remix",
                """{"effect":"deny"}""",
                "invalid",
                ["ownerId"]
            },
            {
                "a requester with a space",
                Default + "?requester=a%20b",
                """{"effect":"deny"}""",
                "invalid",
                ["requester"]
            },
            {
                "a requester that is only dots",
                Default + "?requester=..",
                """{"effect":"deny"}""",
                "invalid",
                ["requester"]
            },
            { "a limit of nothing", "GET /v1/creators/{c}/videos?limit=0", "", "invalid", ["limit"] },
            { "a negative limit", "GET /v1/creators/{c}/videos?limit=-1", "", "invalid", ["limit"] },
            {
                "a limit beyond the largest page",
                "GET /v1/creators/{c}/appearances?limit=1001",
                "",
                "invalid",
                ["limit"]
            },
            {
                "a limit that is no number",
                "GET /v1/creators/{c}/consent/overrides?limit=ten",
                "",
                "invalid",
                ["limit"]
            },
            {
                "a limit that is too large to read",
                "GET /v1/creators/{c}/videos?limit=99999999999999999999",
                "",
                "invalid",
                ["limit"]
            },
            { "a cursor that is none", "GET /v1/creators/{c}/videos?cursor=!!", "", "invalid", ["cursor"] },
            {
                "a cursor with a control character",
                "GET /v1/creators/{c}/videos?cursor=AAAA",
                "",
                "invalid",
                ["cursor"]
            },
            {
                "an unknown purpose in the path",
                "PUT /v1/creators/{c}/consent/defaults/remixing",
                """{"effect":"deny"}""",
                "unknownPurpose",
                ["purpose"]
            },
            {
                "a purpose that no vocabulary can hold",
                "PUT /v1/creators/{c}/consent/defaults/Remix",
                """{"effect":"deny"}""",
                "unknownPurpose",
                ["purpose"]
            },
            {
                "an unknown purpose of an override",
                "PUT /v1/creators/{c}/videos/v/consent/remix.smell",
                """{"effect":"deny"}""",
                "unknownPurpose",
                ["purpose"]
            },
            {
                "an unknown purpose that is cleared",
                "DELETE /v1/creators/{c}/consent/defaults/remixing",
                "",
                "unknownPurpose",
                ["purpose"]
            },
            {
                "an unknown purpose in a query",
                "GET /v1/creators/{c}/videos?purpose=remixing",
                "",
                "unknownPurpose",
                ["purpose"]
            },
            {
                "an unknown purpose of a check",
                Check,
                """{"creatorId":"a","videoId":"v","purpose":"remixing"}""",
                "unknownPurpose",
                ["purpose"]
            },
            {
                "an unknown purpose of a lockdown",
                Lockdown,
                """{"purposes":["remix","remixing"]}""",
                "unknownPurpose",
                ["purposes"]
            },
            { "no effect", Default, "{}", "invalid", ["effect"] },
            { "an effect of null", Default, """{"effect":null}""", "invalid", ["effect"] },
            { "an unknown effect", Default, """{"effect":"permit"}""", "invalid", ["effect"] },
            { "an effect in another case", Default, """{"effect":"Deny"}""", "invalid", ["effect"] },
            { "an effect as its number", Default, """{"effect":"1"}""", "invalid", ["effect"] },
            { "the effect none", Default, """{"effect":"none"}""", "invalid", ["effect"] },
            {
                "an unknown condition",
                Default,
                """{"effect":"allow","conditions":["attribution","payment"]}""",
                "invalid",
                ["conditions"]
            },
            { "a condition of null", Default, """{"effect":"allow","conditions":[null]}""", "invalid", ["conditions"] },
            {
                "the condition none",
                Default,
                """{"effect":"allow","conditions":["none"]}""",
                "invalid",
                ["conditions"]
            },
            {
                "conditions on a deny",
                Default,
                """{"effect":"deny","conditions":["attribution"]}""",
                "invalid",
                ["conditions"]
            },
            {
                "conditions on an override's deny",
                Override,
                """{"effect":"deny","conditions":["attribution"]}""",
                "invalid",
                ["conditions"]
            },
            {
                "what an ask applies to",
                Default,
                """{"effect":"ask","appliesTo":"future"}""",
                "invalid",
                ["appliesTo"]
            },
            { "what a deny applies to", Default, """{"effect":"deny","appliesTo":"all"}""", "invalid", ["appliesTo"] },
            { "an unknown reach", Default, """{"effect":"allow","appliesTo":"past"}""", "invalid", ["appliesTo"] },
            {
                "an expiry of an ask",
                Default,
                """{"effect":"ask","expiresAt":"2999-01-01T00:00:00Z"}""",
                "invalid",
                ["expiresAt"]
            },
            {
                "an expiry of a deny",
                Override,
                """{"effect":"deny","expiresAt":"2999-01-01T00:00:00Z"}""",
                "invalid",
                ["expiresAt"]
            },
            {
                "an expiry in the past",
                Default,
                """{"effect":"allow","expiresAt":"2020-01-01T00:00:00Z"}""",
                "invalid",
                ["expiresAt"]
            },
            {
                "an override's expiry in the past",
                Override,
                """{"effect":"allow","expiresAt":"2020-01-01T00:00:00Z"}""",
                "invalid",
                ["expiresAt"]
            },
            {
                "a time without an offset",
                Default,
                """{"effect":"allow","expiresAt":"2999-01-01T00:00:00"}""",
                "invalid",
                ["expiresAt"]
            },
            {
                "a date without a time",
                Default,
                """{"effect":"allow","expiresAt":"2999-01-01"}""",
                "invalid",
                ["expiresAt"]
            },
            {
                "a day that no year has",
                Default,
                """{"effect":"allow","expiresAt":"2999-02-30T00:00:00Z"}""",
                "invalid",
                ["expiresAt"]
            },
            { "an empty time", Default, """{"effect":"allow","expiresAt":""}""", "invalid", ["expiresAt"] },
            {
                "an allow that clears exceptions",
                Default,
                """{"effect":"allow","clearExceptions":true}""",
                "invalid",
                ["clearExceptions"]
            },
            { "an empty reason", Default, """{"effect":"deny","reason":""}""", "invalid", ["reason"] },
            {
                "a reason of 1,001 characters",
                Default,
                """{"effect":"deny","reason":"REASON"}""".Replace(
                    "REASON",
                    new string('r', 1_001),
                    StringComparison.Ordinal
                ),
                "invalid",
                ["reason"]
            },
            {
                "a reason of 1,001 characters that are two units each",
                Default,
                """{"effect":"deny","reason":"REASON"}""".Replace(
                    "REASON",
                    string.Concat(Enumerable.Repeat("😀", 1_001)),
                    StringComparison.Ordinal
                ),
                "invalid",
                ["reason"]
            },
            { "a reason with a NUL", Default, """{"effect":"deny","reason":"a\u0000b"}""", "invalid", ["reason"] },
            {
                "a vocabulary version of nothing",
                Default,
                """{"effect":"deny","vocabularyVersion":0}""",
                "invalid",
                ["vocabularyVersion"]
            },
            {
                "several fields at once",
                Default,
                """{"effect":"maybe","conditions":["payment"],"expiresAt":"soon","reason":""}""",
                "invalid",
                ["conditions", "effect", "expiresAt", "reason"]
            },
            { "an unknown effect of an appearance", Appearance, """{"effect":"permit"}""", "invalid", ["effect"] },
            { "no changes", Bulk, """{"changes":[]}""", "invalid", ["changes"] },
            { "changes of null", Bulk, "{}", "invalid", ["changes"] },
            { "a change of null", Bulk, """{"changes":[null]}""", "invalid", ["changes[0]"] },
            {
                "an unknown operation",
                Bulk,
                """{"changes":[{"op":"set","purpose":"remix"}]}""",
                "invalid",
                ["changes[0].op"]
            },
            { "an operation of null", Bulk, """{"changes":[{"purpose":"remix"}]}""", "invalid", ["changes[0].op"] },
            {
                "an override without a video",
                Bulk,
                """{"changes":[{"op":"setOverride","purpose":"remix","effect":"deny"}]}""",
                "invalid",
                ["changes[0].video"]
            },
            {
                "a default with a video",
                Bulk,
                """{"changes":[{"op":"setDefault","purpose":"remix","effect":"deny","video":{"creatorId":"a","videoId":"v"}}]}""",
                "invalid",
                ["changes[0].video"]
            },
            {
                "a video without an owner",
                Bulk,
                """{"changes":[{"op":"setOverride","purpose":"remix","effect":"deny","video":{"videoId":"v"}}]}""",
                "invalid",
                ["changes[0].video.creatorId"]
            },
            {
                "a video with a bad id",
                Bulk,
                """{"changes":[{"op":"setOverride","purpose":"remix","effect":"deny","video":{"creatorId":"a","videoId":"a b"}}]}""",
                "invalid",
                ["changes[0].video.videoId"]
            },
            {
                "an effect of what is cleared",
                Bulk,
                """{"changes":[{"op":"clearDefault","purpose":"remix","effect":"deny"}]}""",
                "invalid",
                ["changes[0].effect"]
            },
            {
                "an empty requester of a change",
                Bulk,
                """{"changes":[{"op":"setDefault","purpose":"remix","effect":"deny","requester":""}]}""",
                "invalid",
                ["changes[0].requester"]
            },
            {
                "an unknown purpose of a change",
                Bulk,
                """{"changes":[{"op":"setDefault","purpose":"remix","effect":"deny"},{"op":"setDefault","purpose":"remixing","effect":"deny"}]}""",
                "unknownPurpose",
                ["changes[1].purpose"]
            },
            {
                "a purpose that no vocabulary can hold, in a change",
                Bulk,
                """{"changes":[{"op":"setDefault","purpose":"Remix","effect":"deny"}]}""",
                "unknownPurpose",
                ["changes[0].purpose"]
            },
            {
                "two changes of one setting",
                Bulk,
                """{"changes":[{"op":"setDefault","purpose":"remix","effect":"deny"},{"op":"clearDefault","purpose":"remix"}]}""",
                "invalid",
                ["changes[1]"]
            },
            {
                "two changes of one setting in a dry run",
                Bulk,
                """{"dryRun":true,"changes":[{"op":"setDefault","purpose":"remix","effect":"deny"},{"op":"clearDefault","purpose":"remix"}]}""",
                "invalid",
                ["changes[1]"]
            },
            {
                "an expiry of a change in the past",
                Bulk,
                """{"changes":[{"op":"setDefault","purpose":"remix","effect":"allow","expiresAt":"2020-01-01T00:00:00Z"}]}""",
                "invalid",
                ["changes[0].expiresAt"]
            },
            { "a lockdown of nothing", Lockdown, """{"purposes":[]}""", "invalid", ["purposes"] },
            { "a lockdown of null", Lockdown, """{"purposes":[null]}""", "invalid", ["purposes[0]"] },
            { "a hold of nothing", Hold, """{"purposes":[],"reason":"order"}""", "invalid", ["purposes"] },
            { "a hold without a reason", Hold, "{}", "invalid", ["reason"] },
            {
                "an unknown role",
                Video,
                """{"participants":[{"creatorId":"a","role":"owner"}]}""",
                "invalid",
                ["participants[0].role"]
            },
            { "no role", Video, """{"participants":[{"creatorId":"a"}]}""", "invalid", ["participants[0].role"] },
            {
                "a participant with a bad id",
                Video,
                """{"participants":[{"creatorId":"a/b","role":"depicted"}]}""",
                "invalid",
                ["participants[0].creatorId"]
            },
            { "a participant of null", Video, """{"participants":[null]}""", "invalid", ["participants[0]"] },
            { "a source of null", Video, """{"derivedFrom":[null]}""", "invalid", ["derivedFrom[0]"] },
            {
                "a source with a bad id",
                Video,
                """{"derivedFrom":[{"creatorId":"a","videoId":".."}]}""",
                "invalid",
                ["derivedFrom[0].videoId"]
            },
            {
                "a source that is the video itself",
                Video,
                """{"derivedFrom":[{"creatorId":"{c}","videoId":"fresh"}]}""",
                "invalid",
                ["derivedFrom"]
            },
            {
                "a publication in the future",
                Video,
                """{"publishedAt":"2999-01-01T00:00:00Z"}""",
                "invalid",
                ["publishedAt"]
            },
            { "a publication at no time", Video, """{"publishedAt":"yesterday"}""", "invalid", ["publishedAt"] },
            { "no videos", Videos, """{"videos":[]}""", "invalid", ["videos"] },
            { "a video of null", Videos, """{"videos":[null]}""", "invalid", ["videos[0]"] },
            { "a check of nothing", Check, "{}", "invalid", ["creatorId", "purpose", "videoId"] },
            {
                "a check with a bad creator's id",
                Check,
                """{"creatorId":"","videoId":"v","purpose":"remix"}""",
                "invalid",
                ["creatorId"]
            },
            {
                "a check with a bad video's id",
                Check,
                """{"creatorId":"a","videoId":"a/b","purpose":"remix"}""",
                "invalid",
                ["videoId"]
            },
            {
                "a check with an empty requester",
                Check,
                """{"creatorId":"a","videoId":"v","purpose":"remix","requester":""}""",
                "invalid",
                ["requester"]
            },
            {
                "an unknown consistency",
                Check,
                """{"creatorId":"a","videoId":"v","purpose":"remix","consistency":"weak"}""",
                "invalid",
                ["consistency"]
            },
            {
                "a negative staleness",
                Check,
                """{"creatorId":"a","videoId":"v","purpose":"remix","maxStalenessMs":-1}""",
                "invalid",
                ["maxStalenessMs"]
            },
            {
                "a staleness beyond the longest",
                Check,
                """{"creatorId":"a","videoId":"v","purpose":"remix","maxStalenessMs":300001}""",
                "invalid",
                ["maxStalenessMs"]
            },
            {
                "a negative version",
                Check,
                """{"creatorId":"a","videoId":"v","purpose":"remix","minVersions":{"a":-1}}""",
                "invalid",
                ["minVersions"]
            },
            {
                "a version of no stream",
                Check,
                """{"creatorId":"a","videoId":"v","purpose":"remix","minVersions":{"a b":1}}""",
                "invalid",
                ["minVersions"]
            },
            { "no checks", Batch, """{"checks":[]}""", "invalid", ["checks"] },
            {
                "a purpose that is no name",
                Purposes,
                """{"purpose":"Dub","usesLikeness":true,"description":"d"}""",
                "invalid",
                ["purpose"]
            },
            {
                "a purpose five deep",
                Purposes,
                """{"purpose":"a.b.c.d.e","usesLikeness":true,"description":"d"}""",
                "invalid",
                ["purpose"]
            },
            {
                "a purpose with a segment of 64 characters",
                Purposes,
                """{"purpose":"SEGMENT","usesLikeness":true,"description":"d"}""".Replace(
                    "SEGMENT",
                    new string('a', 64),
                    StringComparison.Ordinal
                ),
                "invalid",
                ["purpose"]
            },
            {
                "a purpose whose parent says otherwise",
                Purposes,
                """{"purpose":"remix.dub","parent":"training","usesLikeness":true,"description":"d"}""",
                "invalid",
                ["parent"]
            },
            {
                "a purpose whose parent is unknown",
                Purposes,
                """{"purpose":"dubbing.song","usesLikeness":true,"description":"d"}""",
                "unknownPurpose",
                ["parent"]
            },
            {
                "a purpose that nobody thought of likeness for",
                Purposes,
                """{"purpose":"remix.dub","description":"d"}""",
                "invalid",
                ["usesLikeness"]
            },
            {
                "a purpose without a description",
                Purposes,
                """{"purpose":"remix.dub","usesLikeness":true}""",
                "invalid",
                ["description"]
            },
        };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_request_that_cannot_be_read_is_refused_with_its_place(
        string what,
        string request,
        string body,
        int status,
        string code,
        string field
    )
    {
        var (answer, _) = await SendAsync(
            what,
            request,
            body.Length == 0 && !request.StartsWith("PUT", StringComparison.Ordinal) ? null : body
        );

        answer.Is(status);
        answer.IsProblem(status, code == "*" ? answer.Code! : code);
        if (field.Length > 0 && field != "*")
            Assert.Equal([field], answer.Fields);
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public async Task A_value_that_the_contract_does_not_know_is_refused_with_its_field(
        string what,
        string request,
        string body,
        string code,
        string[] fields
    )
    {
        ArgumentNullException.ThrowIfNull(body);
        var (answer, creator) = await SendAsync(what, request, body.Length == 0 ? null : body);

        Assert.Equal(fields, answer.IsProblem(422, code).Fields);
        Assert.All(answer["errors"]!.AsObject(), error => Assert.NotEmpty(error.Value!.AsArray()));
        Assert.Equal(0, await App.ScalarAsync<long>("SELECT count(*) FROM consent.creator WHERE id = $1", creator));
    }

    public static TheoryData<string, string, string, int> TooMany() =>
        new()
        {
            { Bulk, "changes", """{"op":"setDefault","purpose":"remix","effect":"deny"}""", 10_000 },
            { Videos, "videos", """{"creatorId":"a","videoId":"v"}""", 10_000 },
            { Batch, "checks", """{"creatorId":"a","videoId":"v","purpose":"remix"}""", 1_000 },
            { Video, "participants", """{"creatorId":"p{i}","role":"depicted"}""", 64 },
            { Video, "derivedFrom", """{"creatorId":"a","videoId":"v{i}"}""", 64 },
        };

    [Theory]
    [MemberData(nameof(TooMany))]
    public async Task One_item_more_than_a_limit_is_refused_with_the_limit(
        string request,
        string field,
        string item,
        int limit
    )
    {
        ArgumentNullException.ThrowIfNull(item);
        var items = string.Join(
            ',',
            Enumerable
                .Range(0, limit + 1)
                .Select(i => item.Replace("{i}", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))
        );

        var (answer, _) = await SendAsync("too many", request, $$"""{"{{field}}":[{{items}}]}""");

        Assert.Equal([field], answer.IsProblem(422, "tooMany").Fields);
        Assert.Contains(
            limit.ToString(CultureInfo.InvariantCulture),
            answer["errors"]![field]![0]!.ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task As_many_participants_and_sources_as_the_limits_are_accepted()
    {
        var creator = RegistryApplication.NewId();
        var video = new
        {
            participants = Enumerable.Range(0, 64).Select(i => new { creatorId = $"p{i}", role = "depicted" }),
            derivedFrom = Enumerable.Range(0, 64).Select(i => new { creatorId = creator, videoId = $"s{i}" }),
        };

        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/v", video)).Is(200);
        Assert.Equal(
            ["participants"],
            (
                await App.Platform()
                    .PutAsync(
                        $"/v1/creators/{creator}/videos/v",
                        new
                        {
                            participants = Enumerable
                                .Range(0, 65)
                                .Select(i => new { creatorId = $"p{i}", role = "depicted" }),
                        }
                    )
            )
                .IsProblem(422, "tooMany")
                .Fields
        );
    }

    [Fact]
    public async Task A_batch_registration_blames_the_item_with_too_many_participants_and_registers_the_rest()
    {
        var creator = RegistryApplication.NewId();
        var crowd = Enumerable.Range(0, 65).Select(i => new { creatorId = $"p{i}", role = "depicted" });

        var answer = await App.Platform()
            .PostAsync(
                "/v1/videos/batch",
                new
                {
                    videos = new object[]
                    {
                        new
                        {
                            creatorId = creator,
                            videoId = "crowd",
                            participants = crowd,
                        },
                        new { creatorId = creator, videoId = "plain" },
                    },
                }
            );

        Assert.Equal("tooMany", (string?)answer.Is(200)["results"]![0]!["error"]!["code"]);
        Assert.Equal(1, (int)answer["results"]![1]!["changes"]!);
    }

    [Theory]
    [InlineData(Default, 1 << 20)]
    [InlineData(Check, 1 << 20)]
    [InlineData(Lockdown, 1 << 20)]
    [InlineData(Bulk, 8 << 20)]
    [InlineData(Videos, 8 << 20)]
    [InlineData(Batch, 8 << 20)]
    public async Task A_body_over_the_limit_is_413_whether_or_not_its_length_is_announced(string request, int limit)
    {
        var atLimit = new byte[limit];
        Array.Fill(atLimit, (byte)' ');
        var beyond = new byte[limit + 1];
        Array.Fill(beyond, (byte)' ');

        (await SendAsync("over the limit", request, beyond)).Answer.IsProblem(413, "tooLarge");
        (await SendAsync("over the limit", request, new Chunked(beyond))).Answer.IsProblem(413, "tooLarge");
        (await SendAsync("at the limit", request, atLimit)).Answer.IsProblem(400, "malformedJson");
        (await SendAsync("at the limit", request, new Chunked(atLimit))).Answer.IsProblem(400, "malformedJson");
    }

    [Theory]
    [InlineData(Default)]
    [InlineData(Override)]
    [InlineData(Bulk)]
    [InlineData(Lockdown)]
    [InlineData(Video)]
    [InlineData(Videos)]
    [InlineData(Check)]
    [InlineData(Batch)]
    [InlineData(Purposes)]
    public async Task A_body_that_is_not_said_to_be_JSON_is_415(string request)
    {
        foreach (
            var type in new[]
            {
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/xml",
                "text/json",
                "application/merge-patch+json",
                "application/problem+json",
                "application/jsonx+json",
                "application/json-patch+json",
                "application/json; charset=utf-16",
            }
        )
        {
            using var content = new ByteArrayContent("{}"u8.ToArray())
            {
                Headers = { ContentType = MediaTypeHeaderValue.Parse(type) },
            };
            Assert.Contains(
                $"{type[..8]}",
                (string)
                    (await SendAsync(type, request, content)).Answer.IsProblem(415, "unsupportedMediaType")["detail"]!,
                StringComparison.Ordinal
            );
        }
        using var untyped = new ByteArrayContent("{}"u8.ToArray());
        (await SendAsync("no type", request, untyped)).Answer.IsProblem(415, "unsupportedMediaType");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    public async Task A_lockdown_without_a_body_works_whatever_type_the_caller_gives_the_nothing(string type)
    {
        using var content = new ByteArrayContent([]) { Headers = { ContentType = new(type) } };

        (await SendAsync(type, Lockdown, content)).Answer.Is(200);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("\"7")]
    [InlineData("W/7")]
    [InlineData("\"1\" \"2\"")]
    [InlineData("\"1\",,x")]
    public async Task A_malformed_If_Match_is_refused(string header)
    {
        var (answer, creator) = await SendAsync("If-Match", Default, """{"effect":"deny"}""", $"If-Match: {header}");

        Assert.Equal(["If-Match"], answer.IsProblem(400, "invalidHeader").Fields);
        Assert.Equal(0, await App.ScalarAsync<long>("SELECT count(*) FROM consent.creator WHERE id = $1", creator));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("256")]
    public async Task A_malformed_idempotency_key_is_refused(string key)
    {
        var (answer, creator) = await SendAsync(
            "key",
            Default,
            """{"effect":"deny"}""",
            $"Idempotency-Key: {(key == "256" ? new string('k', 256) : key)}"
        );

        Assert.Equal(["Idempotency-Key"], answer.IsProblem(400, "invalidHeader").Fields);
        Assert.Equal(0, await App.ScalarAsync<long>("SELECT count(*) FROM consent.creator WHERE id = $1", creator));
    }

    [Fact]
    public async Task A_bulk_change_names_every_bad_item_up_to_a_hundred_and_makes_none()
    {
        var creator = RegistryApplication.NewId();
        var client = App.Creator(creator);
        object Good(int i) =>
            new
            {
                op = "setOverride",
                purpose = "remix",
                effect = "deny",
                video = new { creatorId = creator, videoId = $"v{i}" },
            };
        object Late(int i) =>
            new
            {
                op = "setOverride",
                purpose = "remix",
                effect = "allow",
                expiresAt = "2020-01-01T00:00:00Z",
                video = new { creatorId = creator, videoId = $"v{i}" },
            };
        object Wrong(int i) =>
            new
            {
                op = "setOverride",
                purpose = "remix",
                effect = "maybe",
                video = new { creatorId = creator, videoId = $"v{i}" },
            };

        var three = await client.PostAsync(
            $"/v1/creators/{creator}/consent/changes",
            new { changes = Enumerable.Range(0, 20).Select(i => i is 3 or 7 or 19 ? Late(i) : Good(i)) }
        );
        var wrong = await client.PostAsync(
            $"/v1/creators/{creator}/consent/changes",
            new { changes = Enumerable.Range(0, 20).Select(i => i is 3 or 7 or 19 ? Wrong(i) : Good(i)) }
        );
        var many = await client.PostAsync(
            $"/v1/creators/{creator}/consent/changes",
            new { changes = Enumerable.Range(0, 300).Select(Late) }
        );
        var wrongMany = await client.PostAsync(
            $"/v1/creators/{creator}/consent/changes",
            new { changes = Enumerable.Range(0, 300).Select(Wrong) }
        );

        Assert.Equal(
            ["changes[19].expiresAt", "changes[3].expiresAt", "changes[7].expiresAt"],
            three.IsProblem(422, "invalid").Fields
        );
        Assert.Equal(
            ["changes[19].effect", "changes[3].effect", "changes[7].effect"],
            wrong.IsProblem(422, "invalid").Fields
        );
        Assert.Equal(100, many.IsProblem(422, "invalid").Fields.Length);
        Assert.Equal(100, wrongMany.IsProblem(422, "invalid").Fields.Length);
        Assert.Equal(0, (await client.GetAsync($"/v1/creators/{creator}/consent")).Is(200).Version);
    }

    private async Task<(Answer Answer, string Creator)> SendAsync(
        string what,
        string request,
        object? body,
        params string[] headers
    )
    {
        ArgumentNullException.ThrowIfNull(what);
        ArgumentNullException.ThrowIfNull(request);
        var creator = RegistryApplication.NewId();
        var space = request.IndexOf(' ', StringComparison.Ordinal);
        var path = request[(space + 1)..]
            .Replace("{c}", creator, StringComparison.Ordinal)
            .Replace("{o}", "somebody", StringComparison.Ordinal);
        var text = body is string json ? json.Replace("{c}", creator, StringComparison.Ordinal) : body;
        return (await App.Admin().SendAsync(new(request[..space]), path, text, headers), creator);
    }

    /// <summary>Bytes whose length nobody announces.</summary>
    private sealed class Chunked : HttpContent
    {
        private readonly byte[] bytes;

        public Chunked(byte[] bytes)
        {
            this.bytes = bytes;
            Headers.ContentType = new("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            await stream.WriteAsync(bytes);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
