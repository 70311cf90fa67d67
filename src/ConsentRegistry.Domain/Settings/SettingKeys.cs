using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Settings;

/// <summary>Which default of a creator.</summary>
/// <param name="Purpose">The purpose it is for.</param>
/// <param name="Requester">The requester it names; null for anybody.</param>
public readonly record struct DefaultKey(Purpose Purpose, Requester? Requester);

/// <summary>Which override of a creator.</summary>
/// <param name="Video">The video, the creator's own or one in which they are a participant.</param>
/// <param name="Purpose">The purpose it is for.</param>
/// <param name="Requester">The requester it names; null for anybody.</param>
public readonly record struct OverrideKey(VideoKey Video, Purpose Purpose, Requester? Requester);

/// <summary>A creator's setting for one video. It covers that video whenever it was published.</summary>
/// <param name="Choice">What it says.</param>
/// <param name="Stamp">The change that last altered it.</param>
public sealed record OverrideSetting(Choice Choice, Stamp Stamp);
