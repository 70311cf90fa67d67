namespace ConsentRegistry.Domain;

/// <summary>The limits that the rules themselves set. Those of transport (bodies, pages) stand with the host.</summary>
public static class Limits
{
    /// <summary>Videos that one check may consult, the checked one included (R8).</summary>
    public const int VideosPerCheck = 64;

    /// <summary>Segments of one default (R3).</summary>
    public const int SegmentsPerDefault = 64;

    /// <summary>Participants of one video: a crowd scene is blurred, not listed.</summary>
    public const int ParticipantsPerVideo = 64;

    /// <summary>
    /// Direct sources of one video: as many as make it indeterminate by themselves (R8). What was made from still more
    /// is registered with the first of them, and nothing can open it: no source that is left out could have closed it
    /// further.
    /// </summary>
    public const int SourcesPerVideo = VideosPerCheck;

    /// <summary>Identifiers of one video.</summary>
    public const int IdentifiersPerVideo = 16;

    /// <summary>Purposes in the vocabulary: one byte names each.</summary>
    public const int Purposes = 256;

    /// <summary>Segments of a purpose's name: <c>a.b.c.d</c>.</summary>
    public const int PurposeDepth = 4;

    /// <summary>Characters of one segment of a purpose's name.</summary>
    public const int PurposeSegmentLength = 63;

    /// <summary>
    /// Defaults of one creator that allow or ask, over all purposes and requesters: they are read as a whole. Denies
    /// are not counted and never refused.
    /// </summary>
    public const int DefaultsPerCreator = 10_000;

    /// <summary>
    /// Requesters that a creator names in defaults for one purpose and allows or asks. No creator deals with so many:
    /// the limit keeps one creator's settings from growing until they slow everybody. Denies and whatever stands
    /// already are not refused.
    /// </summary>
    public const int NamedRequestersPerPurpose = 1_000;

    /// <summary>
    /// Overrides of one creator for one video that name a requester and allow or ask, over all purposes. Denies and
    /// whatever stands already are not refused.
    /// </summary>
    public const int NamedOverridesPerVideo = 1_000;
}
