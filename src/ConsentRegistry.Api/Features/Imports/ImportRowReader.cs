using System.Collections.Immutable;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Imports;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Signals;
using ConsentRegistry.Domain.Signals.Reading;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Imports;

/// <summary>What a row asks for.</summary>
/// <param name="Proposals">The settings.</param>
/// <param name="Error">Why it asks for nothing, or what of it cannot be read.</param>
internal sealed record ReadRow(IReadOnlyList<Proposal> Proposals, ImportErrorBody? Error)
{
    public static ReadRow Refused(string code, string detail) => new([], new(code, detail, Line: null, Column: null));
}

/// <summary>Finds the videos that rows name, and reads what the rows ask for.</summary>
internal sealed class ImportRowReader(
    StreamTransaction change,
    CreatorId creator,
    Vocabulary vocabulary,
    SignalContact? contact,
    IValidator<ImportRow> validator
)
{
    /// <summary>Reads the rows, in their order.</summary>
    public async Task<IReadOnlyList<ReadRow>> ReadAsync(IReadOnlyList<ImportRow> rows, CancellationToken cancellation)
    {
        var refusals = rows.Select(row => Validation.Check(validator, row)).ToList();
        var valid = rows.Where((_, at) => refusals[at] is null).ToList();
        var identifiers = valid.Select(IdentifierOf).OfType<ContentIdentifier>().Distinct().ToList();
        var carriers =
            identifiers.Count == 0
                ? []
                : await VideoStore.FindCarriersAsync(change, identifiers, Limits.VideosPerCheck + 1, cancellation);
        var foreign = valid
            .Select(row => VideoOf(row))
            .OfType<VideoKey>()
            .Concat(carriers.Values.SelectMany(videos => videos))
            .Where(video => video.Creator != creator)
            .Distinct()
            .ToList();
        var concerned =
            foreign.Count == 0 ? [] : await VideoStore.ReadAppearancesAsync(change, creator, foreign, cancellation);
        return
        [
            .. rows.Select(
                (row, at) =>
                    refusals[at] is { } refused
                        ? ReadRow.Refused(
                            refused.Code,
                            refused.Errors.IsEmpty
                                ? refused.Detail
                                : string.Join(" ", refused.Errors.SelectMany(field => field.Value))
                        )
                        : Read(row, carriers, concerned)
            ),
        ];
    }

    private ReadRow Read(
        ImportRow row,
        Dictionary<ContentIdentifier, List<VideoKey>> carriers,
        HashSet<VideoKey> concerned
    )
    {
        bool IsOwn(VideoKey video) => video.Creator == creator || concerned.Contains(video);

        IReadOnlyList<VideoKey?> places = [null];
        if (VideoOf(row) is { } video)
        {
            if (!IsOwn(video))
                return ReadRow.Refused(
                    FailureCode.NotFound,
                    "video is none of the creator's, and they take part in no registered video of this name; send one "
                        + "of theirs."
                );
            places = [video];
        }
        else if (IdentifierOf(row) is { } identifier)
        {
            var carried = carriers.GetValueOrDefault(identifier, []);
            if (carried.Count > Limits.VideosPerCheck)
                return ReadRow.Refused(
                    FailureCode.TooMany,
                    $"More than {Limits.VideosPerCheck} videos carry the identifier; send the video."
                );
            places = [.. carried.Where(IsOwn).Select(one => (VideoKey?)one)];
            if (places.Count == 0)
                return ReadRow.Refused(
                    FailureCode.NotFound,
                    "No registered video of the creator carries the identifier; register it first, or send the video."
                );
        }
        else if (row.Signal is not null || row.Trainability is not null)
        {
            if (row.Trainability is { } text && VideoTrainability.Read(text).Unreadable is not null)
                return ReadTrainability(text, []);
            return ReadRow.Refused(
                FailureCode.Invalid,
                "The signal is for no video; send video, identifier, or the URL of the signal."
            );
        }
        return row.Signal is { } signal ? ReadSignal(signal, IdentifierOf(row), places)
            : row.Trainability is { } trainability ? ReadTrainability(trainability, places)
            : ReadSetting(row, places);
    }

    private static ReadRow ReadSetting(ImportRow row, IReadOnlyList<VideoKey?> places) =>
        new(
            [
                .. places.Select(place => new Proposal(
                    new(
                        place,
                        Purpose.Parse(row.Purpose!),
                        row.Requester is { } requester ? Requester.Parse(requester) : null
                    ),
                    Wording.Parse<Effect>(row.Effect!),
                    row.Conditions is { } conditions ? ConditionWords.Parse(conditions) : null,
                    Instant.TryParseInRange(row.ExpiresAt, out var expiry) ? expiry : null,
                    row.AppliesTo is { } appliesTo ? Wording.Parse<AppliesTo>(appliesTo) : AppliesTo.Future
                )),
            ],
            Error: null
        );

    private ReadRow ReadSignal(SignalReference signal, ContentIdentifier? url, IReadOnlyList<VideoKey?> places)
    {
        var document = new SignalDocument(Wording.Parse<SignalSource>(signal.Source!), signal.Text!, null);
        if (document.IsServed)
        {
            if (url is not { Scheme: IdentifierScheme.Url })
                return ReadRow.Refused(
                    FailureCode.Invalid,
                    "url is missing, and what is served is about one; send the URL that the text is about."
                );
            document = document with { Url = url };
        }
        var readings = SignalReader.Read(document, vocabulary, contact);
        return ReadSaid(
            SignalProposals.From(readings, vocabulary),
            places,
            readings.Select(reading => reading.Unreadable).FirstOrDefault(why => why is not null)
        );
    }

    private static ReadRow ReadTrainability(string text, IReadOnlyList<VideoKey?> places)
    {
        var said = VideoTrainability.Read(text);
        return ReadSaid(said.Setting is { } setting ? [setting] : [], places, said.Unreadable);
    }

    private static ReadRow ReadSaid(
        IReadOnlyList<SaidSetting> settings,
        IReadOnlyList<VideoKey?> places,
        Unreadable? unreadable
    ) =>
        new(
            [
                .. settings.SelectMany(said =>
                    places.Select(place => new Proposal(new(place, said.Purpose, null), said.Effect, said.Conditions))
                ),
            ],
            unreadable is { } why ? new(ImportErrorBody.Unreadable, why.What, why.Line, why.Column) : null
        );

    private static VideoKey? VideoOf(ImportRow row) =>
        row.Video is { } named ? new(CreatorId.Parse(named.CreatorId!), VideoId.Parse(named.VideoId!)) : null;

    // Of a signal the URL that it is about, too, and of YouTube's answer its id for the video.
    private static ContentIdentifier? IdentifierOf(ImportRow row) =>
        row.Signal?.Url is { } url ? Parse(IdentifierScheme.Url, url)
        : row.Identifier is { } identifier ? identifier.ToIdentifier()
        : row.Trainability is { } text && VideoTrainability.Read(text).VideoId is { } id
            ? Parse(IdentifierScheme.Platform, $"youtube:{id}")
        : null;

    private static ContentIdentifier? Parse(IdentifierScheme scheme, string value) =>
        ContentIdentifier.Parse(scheme, value).Succeeded(out var parsed, out _) ? parsed : null;
}
